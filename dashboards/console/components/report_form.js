// What can be said of a report that is to be made. The server decides who may, and reads every field again.
export default {
  template: `
    <form class="order" @submit.prevent="$emit('order', { ...wish })">
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
      <label>{{ texts.first }}
        <input class="field" type="date" required :max="today" v-model="wish.first" @change="preset = 'other'">
      </label>
      <label>{{ texts.last }}
        <input class="field" type="date" required v-model="wish.last" @change="preset = 'other'">
      </label>
      <label v-if="wish.report === 'coverage'">{{ texts.level }}
        <select class="field" v-model="wish.level">
          <option v-for="level in ['commune', 'district', 'province']" :value="level">{{ texts[level] }}</option>
        </select>
      </label>
      <label v-if="wish.report === 'coverage'" class="grow">{{ texts.area }}
        <input class="field" list="order-areas" maxlength="200" autocomplete="off" :placeholder="texts.everywhere" v-model="wish.area">
        <datalist id="order-areas"><option v-for="name in areas">{{ name }}</option></datalist>
      </label>
      <fieldset v-if="wish.report === 'coverage'">
        <legend>{{ texts.technology }}</legend>
        <label v-for="name in technologies"><input type="checkbox" :value="name" v-model="wish.technologies">{{ name }}</label>
      </fieldset>
      <label v-if="wish.report === '5g-readiness'">{{ texts.sites }}
        <input class="field" type="number" min="1" max="1000" required v-model.number="wish.sites">
      </label>
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
    language: String, today: String,
  },
  data() {
    const [first, last] = this.periods.month;
    return {
      said: "",
      preset: "month",
      wish: {
        report: Object.keys(this.reports)[0], first, last, level: "commune", area: "", sites: 20,
        technologies: [...this.technologies], formats: ["xlsx", "pdf"], language: this.language,
      },
    };
  },
  methods: {
    take() {
      if (this.preset !== "other") [this.wish.first, this.wish.last] = this.periods[this.preset];
    },
    show(said) {
      this.said = said;
    },
  },
};
