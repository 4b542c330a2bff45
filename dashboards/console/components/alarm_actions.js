// A note, and the buttons that go with it. The server decides again who may.
export default {
  template: `
    <form class="actions" @submit.prevent="act(taken ? 'give_back' : 'acknowledge')">
      <input class="field grow" v-model="note" :placeholder="texts.note" :aria-label="texts.note" maxlength="500"
             :disabled="!may" data-key="a">
      <button class="button primary" :disabled="!may">{{ taken ? texts.give_back : texts.acknowledge }}</button>
      <button class="button" type="button" :disabled="!may || !note.trim()" @click="act('comment')">{{ texts.comment }}</button>
      <select class="field" :aria-label="texts.silence" :disabled="!may" @change="silence">
        <option value="">{{ texts.silence }}</option>
        <option v-for="(name, hours) in hours" :value="hours">{{ name }}</option>
      </select>
      <p class="hint" role="status">{{ may ? said : texts.not_yours }}</p>
    </form>`,
  props: { texts: Object, may: Boolean, hours: Object },
  data: () => ({ note: "", said: "", taken: false }),
  methods: {
    act(deed, hours = 0) {
      this.$emit("act", { deed, note: this.note, hours });
    },
    silence(event) {
      if (event.target.value) this.act("silence", Number(event.target.value));
      event.target.value = "";
    },
    show(taken, said, done) {
      this.taken = taken;
      if (said !== null) this.said = said;
      if (done) this.note = "";
    },
  },
};
