// Alarms with shape, age and whom they concern; ages are counted here, not sent.
import { keyedRows } from "/console/static/keyed_rows.js";

export default {
  mixins: [keyedRows],
  template: `
    <div tabindex="0">
      <p v-if="!shown.length" class="empty"><b>{{ texts.none }}</b>{{ texts.none_hint }}</p>
      <ol v-else class="alarm-list">
        <li v-for="row in shown" :key="row.key" :class="classes(row)">
          <span v-if="row.more" class="alarm-rest">{{ row.more }}</span>
          <a v-else class="alarm-row" :href="row.href" :aria-current="row.key === chosen ? 'true' : null"
             @click="open($event, row)">
            <svg class="shape" :class="row.severity" role="img" :aria-label="texts[row.severity]"><use :href="'#shape-' + row.severity"/></svg>
            <span class="alarm-what"><b>{{ row.title }}</b><span class="where">{{ row.where }}</span></span>
            <time class="age" :datetime="new Date(row.since).toISOString()" :title="moment(row.since)">{{ age(row.since) }}</time>
            <span class="alarm-more">
              <span v-if="row.impact" class="impact">{{ row.impact }}</span>
              <span v-if="row.children && !unfolds" class="tag">{{ texts.explains.replace("{count}", row.children) }}</span>
              <span v-if="row.flapping" class="tag">{{ texts.flapping }}</span>
              <span v-if="row.suppressed" class="tag">{{ texts.planned }}</span>
              <span v-if="row.ack" class="tag ack">✓ {{ row.ack }}</span>
              <span v-if="row.assigned" class="tag">→ {{ row.assigned }}</span>
            </span>
          </a>
          <button v-if="row.children && unfolds" type="button" class="unfold" :aria-expanded="String(Boolean(row.unfolded))"
             @click="$emit('unfold', row.key)"><i></i>{{ texts.explains.replace("{count}", row.children) }}</button>
        </li>
      </ol>
    </div>`,
  props: { texts: Object, selected: String },
  data() {
    return { now: window.omc?.now() ?? Date.now(), chosen: this.selected };
  },
  computed: {
    unfolds() {
      return this.$attrs.onUnfold !== undefined;
    },
  },
  mounted() {
    this.timer = setInterval(() => (this.now = omc.now()), 1000);
  },
  unmounted() {
    clearInterval(this.timer);
  },
  methods: {
    classes(row) {
      return { child: row.level > 0, [row.severity]: true, fresh: this.fresh.has(row.key), calm: Boolean(row.ack), chosen: row.key === this.chosen };
    },
    age(since) {
      return omc.duration((this.now - since) / 1000);
    },
    moment(time) {
      return new Date(time).toLocaleString(document.documentElement.lang);
    },
    open(event, row) {
      if (this.$attrs.onPick === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.choose(row.key);
      this.$emit("pick", row.key);
    },
    choose(key) {
      this.chosen = key;
    },
  },
};
