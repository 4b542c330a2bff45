// Areas, spans and sites on one canvas. Nothing is fetched but the geometry, from our own server.
import { leaflet as L } from "nicegui-leaflet";
import { loadStyle } from "/console/static/load_style.js";

const LOST = 1, BATTERY = 2, UNKNOWN = 4;
const SEVERITIES = ["ok", "indeterminate", "warning", "minor", "major", "critical"];

// The same shapes as in lists and messages, so that nobody depends on colours.
const SHAPES = {
  critical: (c, x, y, r) => c.arc(x, y, r, 0, 2 * Math.PI),
  major: (c, x, y, r) => polygon(c, [[x, y - r], [x + r, y + 0.8 * r], [x - r, y + 0.8 * r]]),
  minor: (c, x, y, r) => polygon(c, [[x, y - r], [x + r, y + 0.8 * r], [x - r, y + 0.8 * r]]),
  warning: (c, x, y, r) => polygon(c, [[x, y + r], [x + r, y - 0.8 * r], [x - r, y - 0.8 * r]]),
  indeterminate: (c, x, y, r) => polygon(c, [[x, y - r], [x + r, y], [x, y + r], [x - r, y]]),
};

function polygon(context, points) {
  context.moveTo(...points[0]);
  for (const point of points.slice(1)) context.lineTo(...point);
  context.closePath();
}

// Leaflet takes a string for HTML; a name is text.
function plain(text) {
  const element = document.createElement("span");
  element.textContent = text;
  return element;
}

const SiteMarker = L.CircleMarker.extend({
  _updatePath() {
    const renderer = this._renderer;
    if (!renderer._drawing || this._empty()) return;
    const c = renderer._ctx, { x, y } = this._point, r = this._radius, o = this.options;
    c.setLineDash([]);  // a cut span, drawn just before, leaves its dashes
    c.beginPath();
    if (o.lost) {
      polygon(c, [[x - r, y - r], [x + r, y - r], [x + r, y + r], [x - r, y + r]]);
    } else {
      (SHAPES[o.severity] || SHAPES.critical)(c, x, y, r);
    }
    c.globalAlpha = 1;
    if (o.hollow) {
      c.fillStyle = o.paper;
      c.fill();
    } else {
      c.fillStyle = o.fillColor;
      c.fill();
    }
    c.lineWidth = o.weight;
    c.strokeStyle = o.color;
    c.stroke();
    if (o.lost) {
      c.beginPath();
      c.strokeStyle = o.paper;
      c.lineWidth = Math.max(1.5, r / 3);
      c.moveTo(x - r * 0.5, y - r * 0.5);
      c.lineTo(x + r * 0.5, y + r * 0.5);
      c.moveTo(x + r * 0.5, y - r * 0.5);
      c.lineTo(x - r * 0.5, y + r * 0.5);
      c.stroke();
    }
    if (o.battery) {
      c.beginPath();
      c.lineWidth = 1.5 * o.unit;
      c.strokeStyle = o.batteryColor;
      c.arc(x, y, r + 3 * o.unit, 0, 2 * Math.PI);
      c.stroke();
    }
  },
});

export default {
  template: `<div class="site-map"><div class="site-map-canvas" ref="canvas" tabindex="0"
    role="application" :aria-label="texts.label"></div>
    <div class="site-map-tip" v-if="tip" :style="tip.style"><b>{{ tip.title }}</b>
      <span v-for="line in tip.lines">{{ line }}</span></div></div>`,
  props: { geometryUrl: String, state: Object, texts: Object, focus: String, resourcePath: String },
  data: () => ({ tip: null }),
  async mounted() {
    const geometry = fetch(this.geometryUrl).then((response) => response.json());
    await loadStyle(`${this.resourcePath}/leaflet/leaflet.css`);
    this.known = { sites: {}, spans: {}, areas: {}, ...JSON.parse(JSON.stringify(this.state)) };
    this.map = L.map(this.$refs.canvas, {
      attributionControl: false, zoomControl: false, preferCanvas: true, zoomSnap: 0.25,
      zoomDelta: 0.5, wheelPxPerZoomLevel: 90, maxZoom: 17, minZoom: 7, boxZoom: false,
    });
    L.control.zoom({ position: "bottomright", zoomInTitle: this.texts.zoom_in, zoomOutTitle: this.texts.zoom_out }).addTo(this.map);
    L.control.scale({ imperial: false, maxWidth: 100 * this.unit(), position: "bottomleft" }).addTo(this.map);
    this.draw(await geometry);
    this.onTheme = () => this.restyle();
    window.addEventListener("omc-theme", this.onTheme);
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(this.$refs.canvas);
    this.$el.dataset.ready = "1";
    performance.mark("omc-map");
  },
  unmounted() {
    window.removeEventListener("omc-theme", this.onTheme);
    this.observer?.disconnect();
    this.map?.remove();
  },
  methods: {
    draw(geometry) {
      this.shapes = { areas: {}, spans: {}, sites: {} };
      this.names = { areas: {}, spans: {}, sites: {} };
      const add = (kind, name, layer, text) => {
        this.shapes[kind][name] = layer;
        this.names[kind][name] = text;
        layer.on("mouseover", (event) => this.point(kind, name, event));
        layer.on("mouseout", () => (this.tip = null));
        layer.on("click", () => this.$emit("pick", { kind, name }));
        layer.addTo(this.map);
      };
      for (const area of geometry.areas) add("areas", area.code, L.polygon(area.outline), area.name);
      for (const span of geometry.spans) add("spans", span.name, L.polyline(span.line), span.ends);
      for (const site of geometry.sites) {
        add("sites", site.code, new SiteMarker(site.at, { radius: 4 }), site.name);
      }
      this.labels = geometry.areas.filter((a) => a.label).map((area) => L.tooltip(
        { permanent: true, direction: "center", className: "area-label", interactive: false })
        .setLatLng(area.label).setContent(plain(area.name)));
      this.whole = L.latLngBounds(geometry.bounds);
      this.map.fitBounds(this.whole, { padding: [8, 8], animate: false });
      this.map.on("zoomend", () => this.zoomed());
      this.restyle();
      this.zoomed();
      if (this.focus) this.goTo(this.focus);
    },
    zoomed() {
      const zoom = this.map.getZoom(), base = this.map.getBoundsZoom(this.whole);
      // Names of areas need room: a large screen has it at once, a small one when it is zoomed in.
      const show = zoom >= base + 0.4 || this.$refs.canvas.clientHeight > 75 * 14 * this.unit();
      for (const label of this.labels) {
        if (show && !this.map.hasLayer(label)) label.addTo(this.map);
        if (!show && this.map.hasLayer(label)) label.remove();
      }
      const size = Math.min(1.9, Math.max(0.8, 1 + (zoom - base) * 0.22)) * this.unit();
      if (size !== this.size) {
        this.size = size;
        for (const code of Object.keys(this.shapes.sites)) this.styleSite(code);
      }
    },
    unit() {
      return parseFloat(getComputedStyle(document.documentElement).fontSize) / 14;
    },
    resized() {
      this.map.invalidateSize({ animate: false });
      if (!this.moved) this.map.fitBounds(this.whole, { padding: [8, 8], animate: false });
    },
    colour(name) {
      return getComputedStyle(this.$el).getPropertyValue(`--${name}`).trim();
    },
    restyle() {
      const names = ["paper", "area", "area-line", "span", "site", "unknown", "battery",
        ...SEVERITIES.map((s) => `sev-${s}`)];
      this.palette = Object.fromEntries(names.map((name) => [name, this.colour(name)]));
      for (const code of Object.keys(this.shapes.areas)) this.styleArea(code);
      for (const name of Object.keys(this.shapes.spans)) this.styleSpan(name);
      for (const code of Object.keys(this.shapes.sites)) this.styleSite(code);
    },
    styleArea(code) {
      const severity = SEVERITIES[this.known.areas[code] || 0], p = this.palette;
      const ill = severity !== "ok";
      this.shapes.areas[code].setStyle({
        fillColor: ill ? p[`sev-${severity}`] : p.area, fillOpacity: ill ? 0.16 : 1,
        color: p["area-line"], weight: this.unit(),
      });
    },
    styleSpan(name) {
      const severity = SEVERITIES[this.known.spans[name] || 0], p = this.palette;
      const ill = severity !== "ok", layer = this.shapes.spans[name];
      layer.setStyle({
        color: ill ? p[`sev-${severity}`] : p.span, weight: (ill ? 4 : 1.3) * this.unit(),
        opacity: ill ? 1 : 0.8, dashArray: ill ? `${7 * this.unit()} ${5 * this.unit()}` : null,
      });
      if (ill) layer.bringToFront();
    },
    styleSite(code) {
      const [severity, flags] = this.known.sites[code] || [0, 0], p = this.palette;
      const word = SEVERITIES[severity], ill = severity > 1, unknown = flags & UNKNOWN;
      const layer = this.shapes.sites[code];
      layer.setStyle({
        severity: ill ? word : "critical", lost: Boolean(flags & LOST), battery: Boolean(flags & BATTERY),
        hollow: (ill && word === "minor") || unknown,
        fillColor: ill ? p[`sev-${word}`] : p.site, paper: p.paper, batteryColor: p.battery,
        color: unknown ? p.unknown : word === "minor" && ill ? p["sev-minor"] : ill ? p.paper : p.paper,
        weight: (word === "minor" && ill ? 2 : 1) * this.unit(), unit: this.unit(),
      });
      layer.setRadius((ill ? 4.5 + severity * 0.75 : 3) * (this.size || 1));
    },
    patch(delta) {
      const style = { areas: this.styleArea, spans: this.styleSpan, sites: this.styleSite };
      for (const [kind, changes] of Object.entries(delta)) {
        for (const [name, state] of Object.entries(changes)) {
          if (state === null) delete this.known[kind][name];
          else this.known[kind][name] = state;
          if (this.shapes?.[kind][name]) style[kind](name);
        }
      }
      // One canvas draws everything: what is clicked most has to lie on top.
      for (const site of Object.values(this.shapes?.sites || {})) site.bringToFront();
      performance.mark("omc-map-patch");
    },
    point(kind, name, event) {
      const { x, y } = event.containerPoint, box = this.$refs.canvas.getBoundingClientRect();
      const lines = [this.names[kind][name]], state = this.known[kind][name];
      const [severity, flags] = kind === "sites" ? state || [0, 0] : [state || 0, 0];
      lines.push(this.texts[SEVERITIES[severity]]);
      if (flags & LOST) lines.push(this.texts.lost);
      if (flags & BATTERY) lines.push(this.texts.battery);
      if (flags & UNKNOWN) lines.push(this.texts.unknown);
      const left = x > box.width * 0.7;
      this.tip = {
        title: kind === "areas" ? this.names.areas[name] : name,
        lines: kind === "areas" ? lines.slice(1) : lines,
        style: { [left ? "right" : "left"]: `${(left ? box.width - x : x) + 14}px`, top: `${y + 10}px` },
      };
    },
    goTo(name) {
      const site = this.shapes.sites[name];
      this.moved = true;
      if (site) this.map.setView(site.getLatLng(), 13, { animate: false });
      const shape = this.shapes.spans[name] || this.shapes.areas[name];
      if (shape) this.map.fitBounds(shape.getBounds(), { padding: [60, 60], maxZoom: 14, animate: false });
    },
    screenPoint(kind, name) {
      const layer = this.shapes[kind][name];
      const at = kind === "sites" ? layer.getLatLng() : layer.getCenter();
      const { x, y } = this.map.latLngToContainerPoint(at);
      const box = this.$refs.canvas.getBoundingClientRect();
      return { x: box.left + x, y: box.top + y };
    },
  },
};
