// Rows by key, patched in place: shared by every list that the server keeps live.
export const keyedRows = {
  props: { rows: { type: Array, default: () => [] } },
  data() {
    const byKey = Object.fromEntries(this.rows.map((row) => [row.key, row]));
    return { byKey, order: this.rows.map((row) => row.key), fresh: new Set() };
  },
  computed: {
    shown() {
      return this.order.map((key) => this.byKey[key]).filter(Boolean);
    },
  },
  methods: {
    patch(change) {
      for (const row of change.rows) {
        if (!(row.key in this.byKey)) this.fresh.add(row.key);
        this.byKey[row.key] = row;
      }
      if (!change.order) return;
      const kept = new Set(change.order);
      for (const key of Object.keys(this.byKey)) {
        if (!kept.has(key)) {
          delete this.byKey[key];
          this.fresh.delete(key);
        }
      }
      this.order = change.order;
    },
  },
};
