// A day, written as people of the console's language write it, whatever the browser's own language is:
// typed, or picked from the browser's calendar. The model is ISO 8601; what is no day is left as it was
// typed, for the server to refuse.
const ORDERS = { vi: "dd/mm/yyyy", en: "yyyy-mm-dd" };

export function readDay(text) {
  const iso = text.match(/^(\d{4})-(\d{1,2})-(\d{1,2})$/);
  const local = text.match(/^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/);
  const [year, month, day] = (iso ? iso.slice(1) : local ? local.slice(1).reverse() : []).map(Number);
  const found = new Date(Date.UTC(year, month - 1, day));
  // 31 February becomes a day of March: it is none.
  return found.getUTCMonth() === month - 1 && found.getUTCDate() === day ? found.toISOString().slice(0, 10) : null;
}

export function writeDay(iso, language) {
  return language === "vi" && readDay(iso) ? iso.split("-").reverse().join("/") : iso;
}

export const dayField = {
  template: `
    <div class="day-field">
      <label :for="name">{{ label }}</label>
      <span>
        <input class="field" :id="name" type="text" inputmode="numeric" autocomplete="off" maxlength="10" size="10"
               :placeholder="hint || order" :title="order" :aria-invalid="isWrong" v-model="typed" @change="read">
        <button class="tool" type="button" :aria-label="label + ': ' + calendar" :title="calendar" @click="$refs.calendar.showPicker()">
          <svg class="icon" aria-hidden="true"><use href="#icon-day"/></svg>
        </button>
        <input ref="calendar" class="day-calendar" type="date" tabindex="-1" aria-hidden="true" :value="iso" @input="pick">
      </span>
    </div>`,
  props: { name: String, label: String, calendar: String, hint: String, language: String, modelValue: String },
  emits: ["update:modelValue"],
  data() {
    return { typed: writeDay(this.modelValue, this.language) };
  },
  computed: {
    order() {
      return ORDERS[this.language];
    },
    iso() {
      return readDay(this.modelValue) ?? "";
    },
    isWrong() {
      return this.modelValue && !this.iso ? "true" : null;
    },
  },
  watch: {
    modelValue(iso) {
      this.typed = writeDay(iso, this.language);
    },
  },
  methods: {
    read() {
      const text = this.typed.trim();
      this.$emit("update:modelValue", readDay(text) ?? text);
    },
    pick(event) {
      this.$emit("update:modelValue", event.target.value);
    },
  },
};
