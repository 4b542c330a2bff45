// A day, or a moment of one, written as people of the console's language write it, whatever the browser's own language is:
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

// "2026-11-25T08:00" of what is written with hours and minutes behind a day; null of what is no moment.
export function readMoment(text) {
  const [, day, hour, minute] = text.match(/^([\d/.-]+)[\s,T]+([01]?\d|2[0-3]):([0-5]\d)$/) || [];
  const iso = day ? readDay(day) : null;
  return iso && `${iso}T${hour.padStart(2, "0")}:${minute}`;
}

export function writeMoment(iso, language) {
  const [day, time] = iso.split("T");
  return readMoment(iso) ? `${writeDay(day, language)} ${time}` : iso;
}

export const dayField = {
  template: `
    <div class="day-field">
      <label :for="name">{{ label }}</label>
      <span>
        <input class="field" :id="name" type="text" inputmode="numeric" autocomplete="off" maxlength="20" size="10" :disabled="disabled"
               :placeholder="hint || order" :title="order" :aria-invalid="isWrong" v-model="typed" @change="read">
        <button class="tool" type="button" :disabled="disabled" :aria-label="label + ': ' + calendar" :title="calendar" @click="$refs.calendar.showPicker()">
          <svg class="icon" aria-hidden="true"><use href="#icon-day"/></svg>
        </button>
        <input ref="calendar" class="day-calendar" :type="withTime ? 'datetime-local' : 'date'" tabindex="-1" aria-hidden="true" :value="iso" @input="pick">
      </span>
    </div>`,
  props: { name: String, label: String, calendar: String, hint: String, language: String, modelValue: String, withTime: Boolean, disabled: Boolean },
  emits: ["update:modelValue"],
  data() {
    return { typed: this.written(this.modelValue) };
  },
  computed: {
    order() {
      return ORDERS[this.language] + (this.withTime ? " hh:mm" : "");
    },
    iso() {
      return this.known(this.modelValue) ?? "";
    },
    isWrong() {
      return this.modelValue && !this.iso ? "true" : null;
    },
  },
  watch: {
    modelValue(iso) {
      this.typed = this.written(iso);
    },
  },
  methods: {
    known(text) {
      return this.withTime ? readMoment(text) : readDay(text);
    },
    written(iso) {
      return this.withTime ? writeMoment(iso, this.language) : writeDay(iso, this.language);
    },
    read() {
      const text = this.typed.trim();
      this.$emit("update:modelValue", this.known(text) ?? text);
    },
    pick(event) {
      this.$emit("update:modelValue", event.target.value);
    },
  },
};
