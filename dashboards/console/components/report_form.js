// What can be said of a report that is to be made. The server decides who may, reads every field again, and
// says in the console's language what is wrong: the browser's own messages would be in its own.
import { dayField } from "/console/static/day_field.js";

export default {
  components: { "day-field": dayField },
  template: `
    <form class="order" novalidate @submit.prevent="order">
      <label>{{ texts.report }}
        <select class="field" v-model="wish.report">
          <option v-for="(title, name) in reports" :value="name">{{ title }}</option>
        </select>
      </label>
      <label>{{ texts.period }}
        <select class="field" v-model="preset" @change="take">
          <option v-for="(days, name) in periods" :value="name">{{ texts[name] }}</option>
          <option value="other">{{ texts.other }}</option>
        </select>
      </label>
      <day-field name="order-first" :label="texts.first" v-bind="days" v-model="wish.first" @change="preset = 'other'"/>
      <day-field name="order-last" :label="texts.last" v-bind="days" v-model="wish.last" @change="preset = 'other'"/>
      <template v-if="wish.report === 'coverage'">
        <label>{{ texts.level }}
          <select class="field" v-model="wish.level">
            <option v-for="level in ['commune', 'district', 'province']" :value="level">{{ texts[level] }}</option>
          </select>
        </label>
        <day-field name="order-geography" :label="texts.geography" :hint="texts.last_day" v-bind="days" v-model="wish.geography"/>
        <div class="grow order-areas">
          <label>{{ texts.area }}
            <input class="field" list="order-areas" maxlength="200" autocomplete="off" v-model="typed"
                   :placeholder="wish.areas.length ? texts.another : texts.everywhere" @keydown.enter.prevent="add">
          </label>
          <datalist id="order-areas"><option v-for="name in areas">{{ name }}</option></datalist>
          <button v-for="name in wish.areas" :key="name" type="button" class="chip" :title="texts.leave_out" @click="drop(name)">{{ name }} ✕</button>
        </div>
        <fieldset>
          <legend>{{ texts.technology }}</legend>
          <label v-for="name in technologies"><input type="checkbox" :value="name" v-model="wish.technologies">{{ name }}</label>
        </fieldset>
      </template>
      <template v-if="wish.report === '5g-readiness'">
        <label>{{ texts.sites }}
          <input class="field" type="number" min="1" max="1000" v-model.number="wish.sites">
        </label>
        <label v-if="populations.length">{{ texts.population }}
          <select class="field" v-model="wish.population">
            <option value="">{{ texts.usual_population }}</option>
            <option v-for="name in populations">{{ name }}</option>
          </select>
        </label>
        <label v-if="wish.population">{{ texts.population_year }}
          <input class="field" type="number" min="1900" max="2200" :placeholder="texts.not_known" v-model.number="wish.population_year">
        </label>
      </template>
      <fieldset>
        <legend>{{ texts.formats }}</legend>
        <label v-for="name in formats"><input type="checkbox" :value="name" v-model="wish.formats">{{ name.toUpperCase() }}</label>
      </fieldset>
      <label>{{ texts.language }}
        <select class="field" v-model="wish.language">
          <option value="vi">Tiếng Việt</option>
          <option value="en">English</option>
        </select>
      </label>
      <button class="button primary">{{ texts.make }}</button>
      <p class="hint" role="status">{{ said }}</p>
    </form>`,
  props: {
    texts: Object, reports: Object, periods: Object, areas: Array, technologies: Array, formats: Array,
    populations: Array, language: String,
  },
  data() {
    const [first, last] = this.periods.month;
    return {
      said: "",
      preset: "month",
      typed: "",
      wish: {
        report: Object.keys(this.reports)[0], first, last, level: "commune", geography: "", areas: [], sites: 20,
        population: "", population_year: "", technologies: [...this.technologies], formats: ["xlsx", "pdf"],
        language: this.language,
      },
    };
  },
  computed: {
    days() {
      return { language: this.language, calendar: this.texts.calendar };
    },
  },
  methods: {
    take() {
      if (this.preset !== "other") [this.wish.first, this.wish.last] = this.periods[this.preset];
    },
    add() {
      const name = this.typed.trim();
      if (name && !this.wish.areas.includes(name)) this.wish.areas.push(name);
      this.typed = "";
    },
    drop(name) {
      this.wish.areas = this.wish.areas.filter((other) => other !== name);
    },
    order() {
      this.add();
      this.$emit("order", { ...this.wish });
    },
    show(said) {
      this.said = said;
    },
  },
};
