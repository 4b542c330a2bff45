// Planned work: from, to, where and why. Places are looked up as they are typed; the server checks.
import { dayField } from "/console/static/day_field.js";

export default {
  components: { "day-field": dayField },
  template: `
    <form class="work-form" @submit.prevent="announce">
      <day-field v-for="end in ['begins', 'ends']" :key="end" :name="'work-' + end" v-model="$data[end]" :label="texts[end]"
        :calendar="texts.calendar" :language="language" with-time :disabled="!may"/>
      <div class="work-places">
        <label>{{ texts.where }}
          <input class="field" v-model="typed" :placeholder="texts.where_hint" :disabled="!may" autocomplete="off" spellcheck="false"
                 @input="look" @keydown.enter.prevent="take(hits[0]?.code || typed)" data-key="w">
        </label>
        <ul v-if="hits.length" class="work-hits">
          <li v-for="hit in hits" :key="hit.code"><button type="button" @click="take(hit.code)"><b>{{ hit.name }}</b> {{ hit.text }} <small>{{ hit.kind }}</small></button></li>
        </ul>
        <ul v-if="places.length" class="work-chosen" :aria-label="texts.where">
          <li v-for="place in places" :key="place"><button type="button" class="chip" :title="texts.leave_out" @click="drop(place)">{{ place }} ✕</button></li>
        </ul>
      </div>
      <label class="wide">{{ texts.reason }}<input class="field" v-model="reason" maxlength="500" :disabled="!may"></label>
      <button class="button primary" :disabled="!may">{{ texts.announce }}</button>
      <p class="hint" role="status">{{ may ? said : texts.not_yours }}</p>
    </form>`,
  props: { texts: Object, language: String, proposed: Array, may: Boolean },
  data() {
    return { begins: this.proposed[0], ends: this.proposed[1], typed: "", places: [], hits: [], reason: "", said: "" };
  },
  methods: {
    look() {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(async () => {
        const text = this.typed.trim();
        if (!text) return (this.hits = []);
        const answer = await fetch(`/search.json?q=${encodeURIComponent(text)}`);
        if (answer.ok && text === this.typed.trim()) this.hits = (await answer.json()).slice(0, 6);
      }, 100);
    },
    take(place) {
      const named = place.trim();
      if (named && !this.places.includes(named)) this.places.push(named);
      this.typed = "";
      this.hits = [];
    },
    drop(place) {
      this.places = this.places.filter((other) => other !== place);
    },
    announce() {
      if (this.typed.trim()) this.take(this.typed);
      this.$emit("announce", { begins: this.begins, ends: this.ends, places: this.places, reason: this.reason });
    },
    show(said, done) {
      this.said = said;
      if (done) Object.assign(this, { places: [], reason: "", typed: "" });
    },
  },
};
