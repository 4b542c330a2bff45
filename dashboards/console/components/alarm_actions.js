// A note, and the buttons that go with it. The server decides again who may.
export default {
  template: `
    <form class="actions" @submit.prevent="act(taken ? 'give_back' : 'acknowledge')">
      <input class="field grow" v-model="note" :placeholder="texts.note" :aria-label="texts.note" maxlength="500"
             :disabled="!may" data-key="a">
      <button class="button primary" :disabled="!may">{{ taken ? texts.give_back : texts.acknowledge }}</button>
      <button class="button" type="button" :disabled="!may || !note.trim()" @click="act('comment')">{{ texts.comment }}</button>
      <select class="field" :aria-label="texts.assign" :disabled="!may" @change="assign">
        <option value="">{{ texts.assign }}</option>
        <option v-for="name in people" :value="name">{{ name }}</option>
        <option v-if="assigned" value="-">{{ texts.nobody }}</option>
      </select>
      <select class="field" :aria-label="texts.silence" :disabled="!may" @change="silence">
        <option value="">{{ texts.silence }}</option>
        <option v-for="(name, hours) in hours" :value="hours">{{ name }}</option>
      </select>
      <button class="button" type="button" :disabled="!may || !active" :title="texts.clear_hint" @click="clear">{{ sure ? texts.clear_sure : texts.clear }}</button>
      <p class="hint" role="status">{{ may ? said : texts.not_yours }}</p>
    </form>`,
  props: { texts: Object, may: Boolean, hours: Object, people: Array },
  data: () => ({ note: "", said: "", taken: false, assigned: false, active: false, sure: false }),
  methods: {
    act(deed, more = {}) {
      this.sure = false;
      this.$emit("act", { deed, note: this.note, ...more });
    },
    assign(event) {
      const to = event.target.value;
      if (to) this.act("assign", { to: to === "-" ? "" : to });
      event.target.value = "";
    },
    // It cannot be taken back, so it takes two clicks.
    clear() {
      if (this.sure) this.act("clear");
      else this.sure = true;
    },
    silence(event) {
      if (event.target.value) this.act("silence", { hours: Number(event.target.value) });
      event.target.value = "";
    },
    show(state, said, done) {
      Object.assign(this, state, { sure: false });
      if (said !== null) this.said = said;
      if (done) this.note = "";
    },
  },
};
