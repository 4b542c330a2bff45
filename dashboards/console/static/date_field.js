// A day, or a moment, as dd/mm/yyyy hh:mm in every browser: its own fields write as its own language does.
const WRITTEN = /^\s*(\d{1,2})\/(\d{1,2})\/(\d{4})(?:[\s,]+(\d{1,2}):(\d{2}))?\s*$/;

// ISO 8601 without a zone of what was typed; "" of what is no such day.
function read(text, withTime) {
  const found = WRITTEN.exec(text);
  if (!found || Boolean(found[4]) !== withTime) return "";
  const [day, month, year, hour, minute] = found.slice(1).map((part) => Number(part || 0));
  const iso = new Date(Date.UTC(year, month - 1, day, hour, minute)).toISOString();
  const isReal = iso.startsWith(`${year}-${two(month)}-${two(day)}T${two(hour)}:`);
  return isReal ? iso.slice(0, withTime ? 16 : 10) : "";
}

const two = (number) => String(number).padStart(2, "0");

function written(iso) {
  const [day, time] = (iso || "").split("T");
  return [day.split("-").reverse().join("/"), time].filter(Boolean).join(" ");
}

export const DateField = {
  template: `
    <div class="date-field">
      <label>{{ label }}<input class="field" v-model="text" :placeholder="hint" :disabled="disabled"
        :aria-invalid="Boolean(text) && !modelValue" inputmode="numeric" maxlength="20" autocomplete="off" spellcheck="false"></label>
      <button type="button" class="tool" :disabled="disabled" :title="pick" :aria-label="pick + ': ' + label" @click="$refs.native.showPicker()">
        <svg class="icon" aria-hidden="true"><use href="#icon-calendar"/></svg></button>
      <input ref="native" :type="withTime ? 'datetime-local' : 'date'" :value="modelValue" :max="max" tabindex="-1" aria-hidden="true"
        @input="picked($event.target.value)">
    </div>`,
  props: { modelValue: String, label: String, hint: String, pick: String, max: String, withTime: Boolean, disabled: Boolean },
  emits: ["update:modelValue"],
  data() {
    return { text: written(this.modelValue) };
  },
  watch: {
    text(text) {
      const iso = read(text, this.withTime);
      if (iso !== this.modelValue) this.$emit("update:modelValue", iso);
    },
    modelValue(iso) {
      if (iso && iso !== read(this.text, this.withTime)) this.text = written(iso);
    },
  },
  methods: {
    picked(iso) {
      if (iso) this.text = written(iso);
    },
  },
};
