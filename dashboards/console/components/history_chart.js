// Lines over time. Gaps stay gaps: what was not read is not drawn.
import { echarts } from "nicegui-echart";

const PREFIXES = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]];

function prefixed(value, unit) {
  for (const [factor, prefix] of PREFIXES) {
    if (Math.abs(value) >= factor) return `${omc.number(value / factor, 3)} ${prefix}${unit}`;
  }
  return `${omc.number(value, 3)} ${unit}`;
}

// Ends of the axis where those of ECharts would mislead: a flat line stays one, and 100 % is the most.
function ends(lines, unit) {
  const values = lines.flatMap((line) => line.points.map((point) => point[1]));
  const low = values.reduce((a, b) => Math.min(a, b), Infinity), high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const isShare = unit === "percent" && high <= 1;
  const small = Math.max(0.02 * Math.max(Math.abs(low), Math.abs(high)), unit === "dBm" ? 0.5 : 0);
  if (high - low > small) return isShare && high > 0.8 ? { max: 1 } : {};
  if (isShare) return { min: 0, max: 1, interval: 0.5 };
  const room = Math.max(0.05 * Math.abs(high), unit === "bits" || unit === "bytes" ? 1000 : 1);
  const min = low === 0 ? 0 : Math.floor(low - room), max = Math.ceil(high + room);
  return { min, max, interval: (max - min) / 2 };
}

export default {
  template: `<figure class="chart"><figcaption>{{ title }}</figcaption>
    <div class="chart-canvas" ref="canvas" role="img" :aria-label="title"></div>
    <p v-if="message" class="chart-message">{{ message }}</p></figure>`,
  props: { title: String, unit: String, waiting: String },
  data() {
    return { message: this.waiting };
  },
  mounted() {
    this.chart = echarts.init(this.$refs.canvas, null, { renderer: "canvas" });
    this.observer = new ResizeObserver(() => this.chart.resize());
    this.observer.observe(this.$refs.canvas);
    this.onTheme = () => this.draw();
    window.addEventListener("omc-theme", this.onTheme);
    this.draw();
  },
  beforeUnmount() {
    window.removeEventListener("omc-theme", this.onTheme);
    this.observer.disconnect();
    this.chart.dispose();
  },
  methods: {
    written(value) {
      if (value === null || value === undefined) return "–";
      if (this.unit === "percent") return `${omc.number(+(value * 100).toFixed(1), 4)} %`;
      if (this.unit === "bits") return prefixed(value, "bit/s");
      if (this.unit === "bytes") return prefixed(value, "B");
      return `${omc.number(value, 5)} ${this.unit}`.trim();
    },
    show(lines, span, gap, empty) {
      this.data = { lines, span, gap };
      this.message = lines.length ? "" : empty;
      this.draw();
    },
    draw() {
      if (!this.data || !this.chart) return;
      const style = getComputedStyle(this.$el);
      const colour = (name) => style.getPropertyValue(`--${name}`).trim();
      const unit = parseFloat(getComputedStyle(document.documentElement).fontSize);
      const { lines, span, gap } = this.data;
      const day = span[1] - span[0] > 36 * 3600e3;
      const time = (value) => (day ? omc.day(value) : omc.clock(value));
      const colours = ["line-1", "line-2", "line-3", "line-4", "line-5", "line-6"].map(colour);
      const label = { color: colour("ink-3"), fontSize: unit * 0.78, fontFamily: "Roboto", margin: unit * 0.6 };
      this.chart.setOption({
        animation: false, color: colours,
        grid: { left: unit * 0.3, right: unit * 0.9, top: unit * (lines.length > 1 ? 1.9 : 0.7), bottom: unit * 0.2, containLabel: true },
        legend: { show: lines.length > 1, top: 0, left: 0, itemWidth: unit, itemHeight: unit * 0.25, icon: "rect", itemGap: unit * 0.8, textStyle: { color: colour("ink-2"), fontSize: unit * 0.78, lineHeight: unit * 1.2 }, type: "scroll", pageIconSize: unit * 0.8, pageIconColor: colour("ink-2"), pageIconInactiveColor: colour("line-strong"), pageTextStyle: { color: colour("ink-2"), fontSize: unit * 0.78 } },
        tooltip: {
          trigger: "axis", confine: true, backgroundColor: colour("raised"), borderColor: colour("line-strong"),
          textStyle: { color: colour("ink"), fontSize: unit * 0.85 },
          formatter: (points) => {
            const box = document.createElement("div"), head = document.createElement("b");
            head.textContent = `${omc.day(points[0].value[0])} ${omc.clock(points[0].value[0])}`;
            box.append(head);
            for (const point of points.slice(0, 8)) {
              const line = document.createElement("div");
              line.textContent = `${point.seriesName}  ${this.written(point.value[1])}`;
              line.style.borderLeft = `3px solid ${point.color}`;
              line.style.paddingLeft = "6px";
              box.append(line);
            }
            return box;
          },
        },
        xAxis: { type: "time", min: span[0], max: span[1], splitNumber: 5, axisLine: { onZero: false, lineStyle: { color: colour("line-strong") } }, axisTick: { show: false }, axisLabel: { ...label, hideOverlap: true, formatter: time } },
        yAxis: { type: "value", scale: true, ...ends(lines, this.unit), splitNumber: 3, axisLabel: { ...label, formatter: (value) => this.written(value) }, splitLine: { lineStyle: { color: colour("line") } } },
        series: lines.map((line) => ({ name: line.name, type: "line", showSymbol: line.points.length < 3, symbolSize: unit * 0.3, sampling: "lttb", lineStyle: { width: unit * 0.11 }, data: withGaps(line.points, gap) })),
      }, true);
    },
  },
};

function withGaps(points, gap) {
  const out = [];
  points.forEach((point, place) => {
    if (place && point[0] - points[place - 1][0] > gap) out.push([points[place - 1][0] + 1, null]);
    out.push(point);
  });
  return out;
}
