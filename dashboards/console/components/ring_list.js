// Rings of cables: places on an ellipse in their order, the one nearest to the core on top.
import { keyedRows } from "/console/static/keyed_rows.js";

const WIDTH = 292, HEIGHT = 168, X = 84, Y = 52, SIZE = 11;

export default {
  mixins: [keyedRows],
  template: `
    <div tabindex="0">
      <p v-if="!shown.length" class="empty">{{ texts.no_rings }}</p>
      <ul v-else class="ring-list">
        <li v-for="row in shown" :key="row.key" class="ring" :class="row.severity">
          <h3><svg class="shape" :class="row.severity" aria-hidden="true"><use :href="'#shape-' + row.severity"/></svg>{{ row.title }}</h3>
          <p :class="{ strong: row.open }">{{ row.said }}</p>
          <svg :viewBox="view" class="ring-picture" role="group" :aria-label="row.title + ': ' + row.said">
            <a v-for="span in spans(row)" :href="span.href" :class="['ring-span', span.severity, { cut: span.cut }]" :aria-label="span.text">
              <title>{{ span.text }}</title>
              <line v-for="part in span.parts" :x1="part[0]" :y1="part[1]" :x2="part[2]" :y2="part[3]"/>
              <line class="touch" :x1="span.from[0]" :y1="span.from[1]" :x2="span.to[0]" :y2="span.to[1]"/>
              <use v-if="span.severity" :href="'#shape-' + span.severity" class="shape" :class="span.severity" :x="span.middle[0] - 5" :y="span.middle[1] - 5" width="10" height="10"/>
            </a>
            <a v-for="place in places(row)" :href="place.href" :class="['ring-place', place.severity, { lost: place.lost }]" :aria-label="place.text">
              <title>{{ place.text }}</title>
              <template v-if="place.lost">
                <rect :x="place.x - 6" :y="place.y - 6" width="12" height="12"/>
                <path :d="cross(place)"/>
              </template>
              <use v-else-if="place.severity" :href="'#shape-' + place.severity" class="shape" :class="place.severity" :x="place.x - 6.5" :y="place.y - 6.5" width="13" height="13"/>
              <circle v-else :cx="place.x" :cy="place.y" :r="place.core ? 6.5 : 4.5"/>
              <text :x="place.textX" :y="place.textY" :text-anchor="place.anchor" :font-size="size">{{ place.code }}</text>
            </a>
          </svg>
        </li>
      </ul>
    </div>`,
  props: { texts: Object },
  data: () => ({ view: `0 0 ${WIDTH} ${HEIGHT}`, size: SIZE }),
  methods: {
    at(place, count) {
      const angle = (2 * Math.PI * place) / count - Math.PI / 2;
      return [WIDTH / 2 + X * Math.cos(angle), HEIGHT / 2 + Y * Math.sin(angle), angle];
    },
    places(row) {
      return row.places.map((place, number) => {
        const [x, y, angle] = this.at(number, row.places.length), side = Math.cos(angle), up = Math.sin(angle);
        const anchor = side > 0.35 ? "start" : side < -0.35 ? "end" : "middle";
        const textX = x + (anchor === "middle" ? 0 : 11 * Math.sign(side));
        return { ...place, x, y, anchor, textX, textY: y + SIZE * 0.35 + (anchor === "middle" ? 16 * Math.sign(up) : 3 * up) };
      });
    },
    // A cut cable ends before its middle from either side.
    spans(row) {
      const count = row.places.length;
      return row.spans.map((span, number) => {
        let from = this.at(number, count), to = this.at((number + 1) % count, count);
        if (count === 2) [from, to] = [from, to].map(([x, y]) => [x + (number ? 9 : -9), y]);
        const between = (share) => [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
        const parts = span.cut ? [[...from.slice(0, 2), ...between(0.36)], [...between(0.64), ...to.slice(0, 2)]] : [[...from.slice(0, 2), ...to.slice(0, 2)]];
        return { ...span, from, to, parts, middle: between(0.5) };
      });
    },
    cross: ({ x, y }) => `M${x - 3} ${y - 3}L${x + 3} ${y + 3}M${x + 3} ${y - 3}L${x - 3} ${y + 3}`,
  },
};
