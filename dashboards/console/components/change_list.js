import { keyedRows } from "/console/static/keyed_rows.js";

export default {
  mixins: [keyedRows],
  template: `
    <div tabindex="0">
      <p v-if="!shown.length" class="empty">{{ empty }}</p>
      <ol v-else class="change-list">
        <li v-for="row in shown" :key="row.key" :class="{ fresh: fresh.has(row.key) }">
          <a :href="row.href">
            <time>{{ row.time }}</time>
            <svg class="shape" :class="row.severity" aria-hidden="true"><use :href="'#shape-' + row.severity"/></svg>
            <span class="change-what"><b>{{ row.title }}</b> <span class="where">{{ row.where }}</span></span>
            <span class="change-kind">{{ row.what }}</span>
          </a>
        </li>
      </ol>
    </div>`,
  props: { empty: String },
};
