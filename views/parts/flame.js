// A flame chart on a canvas: what can be seen is drawn, all of it is within reach of the mouse and of the keys.
// Names are text and never markup. State lives on the element, so that a rerun of the page keeps the view.
const ROW = 20, AXIS = 22, FONT = "12px sans-serif", ROWS = 32, LEAST = 0.6;

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".flame");
  const canvas = root.querySelector("canvas"), status = root.querySelector(".status"), tip = root.querySelector(".tip");
  const count = data.name.length;
  if (!root.state || root.state.version !== data.version) {
    root.state = { version: data.version, from: 0, to: data.whole, top: 0, chosen: -1 };
  }
  const view = root.state;
  const deepest = data.depth.reduce((most, depth) => Math.max(most, depth), 0) + 1;
  const shown = Math.min(deepest, ROWS);
  const children = Array.from({ length: count }, () => []), tops = [];
  for (let n = 0; n < count; n++) (data.parent[n] < 0 ? tops : children[data.parent[n]]).push(n);
  for (const list of [tops, ...children]) list.sort((a, b) => data.start[a] - data.start[b]);
  const hits = [];
  for (let n = 0; n < count; n++) if (data.hit[n]) hits.push(n);
  hits.sort((a, b) => data.start[a] - data.start[b] || data.depth[a] - data.depth[b]);
  const patterns = new Map();
  const style = getComputedStyle(root);

  const width = () => Math.max(root.clientWidth, 50);
  const x = (seconds) => (seconds - view.from) / (view.to - view.from) * width();
  const time = (value) => value >= 1 ? value.toPrecision(3) + " s" : value === 0 ? "0" : (value * 1000).toPrecision(3) + " ms";

  function light(colour) {
    const part = (at) => { const v = parseInt(colour.slice(at, at + 2), 16) / 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
    return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5) > 0.18;
  }

  function fill(context, colour, pattern) {
    if (!pattern) return colour;
    const key = colour + pattern;
    if (!patterns.has(key)) {
      const tile = document.createElement("canvas");
      tile.width = tile.height = 8;
      const brush = tile.getContext("2d");
      brush.fillStyle = colour; brush.fillRect(0, 0, 8, 8);
      brush.strokeStyle = brush.fillStyle = "rgba(255,255,255,.28)"; brush.lineWidth = 1;
      brush.beginPath();
      if (pattern === ".") { brush.arc(4, 4, 1, 0, 7); brush.fill(); }
      if ("/x".includes(pattern)) { brush.moveTo(-1, 9); brush.lineTo(9, -1); }
      if ("\\x".includes(pattern)) { brush.moveTo(-1, -1); brush.lineTo(9, 9); }
      if ("-+".includes(pattern)) { brush.moveTo(0, 4); brush.lineTo(8, 4); }
      if ("|+".includes(pattern)) { brush.moveTo(4, 0); brush.lineTo(4, 8); }
      brush.stroke();
      patterns.set(key, context.createPattern(tile, "repeat"));
    }
    return patterns.get(key);
  }

  function fitted(context, name, room) {
    if (context.measureText(name).width <= room) return name;
    let low = 0, high = name.length;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (context.measureText(name.slice(0, middle) + "…").width <= room) low = middle; else high = middle - 1;
    }
    return low > 2 ? name.slice(0, low) + "…" : "";
  }

  function axis(context) {
    context.globalAlpha = 1;
    context.fillStyle = style.getPropertyValue("--st-text-color") || "#444";
    const whole = view.to - view.from, base = 10 ** Math.floor(Math.log10(whole / Math.max(width() / 90, 1)));
    const step = [1, 2, 5, 10].map((one) => one * base).find((one) => whole / one <= width() / 90) || base * 10;
    for (let at = Math.ceil(view.from / step) * step; at <= view.to; at += step) {
      const left = x(at), label = time(Math.abs(at) < step / 1e6 ? 0 : at);
      if (left + context.measureText(label).width < width()) context.fillText(label, left + 2, shown * ROW + 15);
      context.fillRect(left, shown * ROW, 1, 4);
    }
  }

  function draw() {
    const ratio = window.devicePixelRatio || 1, height = shown * ROW + AXIS;
    canvas.width = width() * ratio; canvas.height = height * ratio;
    canvas.style.width = width() + "px"; canvas.style.height = height + "px";
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.font = FONT;
    let left_out = 0;
    for (let n = 0; n < count; n++) {
      const row = data.depth[n] - view.top;
      const left = Math.max(x(data.start[n]), 0), right = Math.min(x(data.start[n] + data.seconds[n]), width());
      if (right - left < LEAST || row < 0 || row >= shown) { if (n !== view.chosen) { left_out += 1; continue; } }
      context.globalAlpha = data.faded[n] ? 0.35 : 1;
      context.fillStyle = fill(context, data.colour[n], data.pattern[n]);
      context.fillRect(left, row * ROW, Math.max(right - left - 0.6, 0.6), ROW - 1);
      context.globalAlpha = 1;
      const room = right - left - 8;
      if (room > 22) {
        const label = fitted(context, data.name[n], room);
        if (label) {
          context.globalAlpha = data.faded[n] ? 0.35 : 1;
          context.fillStyle = data.colour[n];
          context.fillRect(left + 2, row * ROW + 2, context.measureText(label).width + 4, ROW - 5);
          context.globalAlpha = 1;
          const weak = data.faded[n];
          context.fillStyle = weak ? (style.getPropertyValue("--st-text-color") || "#111") : light(data.colour[n]) ? "#111" : "#fff";
          context.fillText(label, left + 4, row * ROW + 14);
        }
      }
      if (data.hit[n] || n === view.chosen) {
        context.strokeStyle = style.getPropertyValue("--st-text-color") || "#111";
        context.lineWidth = n === view.chosen ? 3 : 1.5;
        context.strokeRect(left + 1, row * ROW + 1, Math.max(right - left - 2, 2), ROW - 3);
      }
    }
    axis(context);
    tell(left_out);
  }

  function words(n) { return `${data.name[n]}, ${data.place[n]}: ${data.fact[n]}`; }

  function tell(left_out) {
    const what = view.chosen < 0 ? "" : words(view.chosen) + ". ";
    const rest = left_out ? `${left_out.toLocaleString("en")} of ${count.toLocaleString("en")} frames are not in view: zoom in, or go there by the arrows.` : "";
    const found = hits.length ? `${hits.length.toLocaleString("en")} found, Enter for the next. ` : "";
    status.textContent = what + found + rest;
  }

  function zoom(factor, centre) {
    const least = data.whole / 1e6, whole = Math.min(Math.max((view.to - view.from) * factor, least), data.whole);
    const share = (centre - view.from) / (view.to - view.from);
    move(centre - share * whole, whole);
  }

  function move(from, whole) {
    view.from = Math.min(Math.max(from, 0), data.whole - whole);
    view.to = view.from + whole;
    draw();
  }

  function choose(n) {
    if (n === undefined || n < 0 || n >= count) return;
    view.chosen = n;
    const depth = data.depth[n], middle = data.start[n] + data.seconds[n] / 2;
    if (depth < view.top) view.top = depth;
    if (depth >= view.top + shown) view.top = depth - shown + 1;
    const pixels = data.seconds[n] / (view.to - view.from) * width();
    if (pixels < 40 && data.seconds[n] > 0) {
      const whole = Math.min(data.seconds[n] * width() / 80, data.whole);
      view.from = Math.min(Math.max(middle - whole / 2, 0), data.whole - whole); view.to = view.from + whole;
    } else if (middle < view.from || middle > view.to) {
      const whole = view.to - view.from;
      view.from = Math.min(Math.max(middle - whole / 2, 0), data.whole - whole); view.to = view.from + whole;
    }
    draw();
  }

  function into(n) { view.chosen = n; move(data.start[n], Math.max(data.seconds[n], data.whole / 1e6)); }
  function all() { view.top = 0; move(0, data.whole); }

  function beside(step) {
    if (view.chosen < 0) return tops[0];
    const depth = data.depth[view.chosen], row = [];
    for (let n = 0; n < count; n++) if (data.depth[n] === depth) row.push(n);
    row.sort((a, b) => data.start[a] - data.start[b]);
    return row[row.indexOf(view.chosen) + step];
  }

  function widest(list) { return list.reduce((best, n) => best === undefined || data.seconds[n] > data.seconds[best] ? n : best, undefined); }

  function nextHit(step) {
    const at = hits.indexOf(view.chosen);
    choose(hits[(at + step + hits.length) % hits.length]);
  }

  const centre = () => view.chosen < 0 ? (view.from + view.to) / 2 : data.start[view.chosen] + data.seconds[view.chosen] / 2;
  const KEYS = {
    ArrowUp: () => choose(view.chosen < 0 ? tops[0] : data.parent[view.chosen]),
    ArrowDown: () => choose(view.chosen < 0 ? tops[0] : widest(children[view.chosen])),
    ArrowLeft: () => choose(beside(-1)),
    ArrowRight: () => choose(beside(1)),
    w: () => zoom(1 / 1.5, centre()),
    s: () => zoom(1.5, centre()),
    a: () => move(view.from - (view.to - view.from) / 8, view.to - view.from),
    d: () => move(view.from + (view.to - view.from) / 8, view.to - view.from),
    Enter: (event) => hits.length ? nextHit(event.shiftKey ? -1 : 1) : view.chosen >= 0 && into(view.chosen),
    Escape: all,
    Home: all,
  };

  function at(event) {
    const box = canvas.getBoundingClientRect();
    const seconds = view.from + (event.clientX - box.left) / width() * (view.to - view.from);
    const depth = Math.floor((event.clientY - box.top) / ROW) + view.top;
    for (let n = 0; n < count; n++) {
      if (data.depth[n] === depth && data.start[n] <= seconds && seconds < data.start[n] + data.seconds[n]) return n;
    }
    return -1;
  }

  canvas.onkeydown = (event) => {
    const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey || !count) return;
    event.preventDefault(); event.stopPropagation();
    act(event);
  };
  canvas.onclick = (event) => { canvas.focus(); const n = at(event); if (n >= 0) { view.chosen = n; draw(); } };
  canvas.ondblclick = (event) => { const n = at(event); if (n >= 0) into(n); else all(); };
  canvas.onmousemove = (event) => {
    const n = at(event);
    tip.hidden = n < 0;
    if (n < 0) return;
    tip.textContent = words(n);
    tip.style.left = Math.min(event.offsetX + 12, Math.max(width() - 300, 0)) + "px";
    tip.style.top = event.offsetY + 18 + "px";
  };
  canvas.onmouseleave = () => { tip.hidden = true; };
  root.querySelector(".in").onclick = () => zoom(1 / 1.5, centre());
  root.querySelector(".out").onclick = () => zoom(1.5, centre());
  root.querySelector(".whole").onclick = all;
  canvas.setAttribute("aria-label", data.label);
  const watch = new ResizeObserver(draw);
  watch.observe(root);
  draw();
  return () => watch.disconnect();
}
