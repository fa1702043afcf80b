// The history as a table: boxes to select by, numbers that lead to their runs, headings that sort. What logs say is
// text and never markup. Selection and the order of a page's rows live on the element, so that a rerun keeps them. Rows
// are drawn as far as the box is scrolled: hundreds of them take as long as the rest of the page.
const FIRST = 40, MORE = 80;
const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const text = (words) => String(words).replace(/[&<>"]/g, (sign) => SIGNS[sign]);

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const box = parentElement.querySelector(".box"), table = box.querySelector("table"), body = table.tBodies[0];
  if (!box.state || box.state.version !== data.version) {
    box.state = { version: data.version, selected: new Set(data.selected), sorted: null, last: null };
    box.scrollTop = 0;
  }
  const state = box.state;
  if (state.content !== data.content) build();
  mark();

  function build() {
    state.content = data.content;
    box.querySelector("defs").innerHTML = data.fills;
    table.setAttribute("aria-label", data.label);
    table.setAttribute("aria-rowcount", data.rows.length + 1);
    table.tHead.innerHTML = "<tr><th class=pick scope=col><input type=checkbox aria-label='Select all of this page'></th>" +
      data.columns.map((column, n) => `<th scope=col class="${column.kind}"><button type=button data-column=${n} ` +
        `title="${text(column.help)}">${text(column.title)}<span aria-hidden=true></span></button></th>`).join("") + "</tr>";
    arrange();
  }

  function arrange() {
    const drawn = Math.max(FIRST, body.rows.length);
    state.order = ordered();
    body.replaceChildren();
    draw(drawn);
    if (body.rows.length) reach(body.rows[0]);
  }

  // Draws rows up to so many.
  function draw(upTo) {
    const added = state.order.slice(body.rows.length, upTo);
    if (!added.length) return;
    body.insertAdjacentHTML("beforeend", added.map((place, n) => row(place, body.rows.length + n + 2)).join(""));
    mark();
  }

  function row(place, index) {
    const cells = data.rows[place], id = cells[0];
    const drawn = data.columns.map((column, n) => {
      if (n === 0) return `<td class=run><a tabindex=-1 href="run?run=${id}">${id}</a></td>`;
      if (column.kind === "bar") return `<td class=bar><div>${data.bars[place] || "–"}</div></td>`;
      const words = cells[n] === null ? "–" : text(cells[n]);
      return column.kind === "long" ? `<td class=long><div>${words}</div></td>` : `<td class="${column.kind}">${words}</td>`;
    });
    return `<tr data-id=${id} aria-rowindex=${index}><td class=pick><input tabindex=-1 type=checkbox aria-label="Select run ${id}"></td>` +
      `${drawn.join("")}</tr>`;
  }

  // The keys reach one row; arrows go on from there.
  function reach(row, focus) {
    for (const one of body.querySelectorAll("[tabindex='0']")) one.tabIndex = -1;
    for (const one of row.querySelectorAll("input, a")) one.tabIndex = 0;
    if (focus) row.querySelector(focus).focus();
  }

  function mark() {
    for (const row of body.rows) {
      const on = state.selected.has(+row.dataset.id);
      row.classList.toggle("picked", on);
      row.querySelector("input").checked = on;
    }
    const all = table.tHead.querySelector("input"), many = state.selected.size;
    all.checked = many > 0 && many === data.rows.length;
    all.indeterminate = many > 0 && many < data.rows.length;
    const [name, falling] = state.sorted ? [data.columns[state.sorted[0]].name, state.sorted[1]] : data.sort;
    data.columns.forEach((column, n) => {
      const head = table.tHead.rows[0].cells[n + 1], on = column.name === name;
      if (on) head.setAttribute("aria-sort", falling ? "descending" : "ascending"); else head.removeAttribute("aria-sort");
      head.querySelector("span").textContent = on ? (falling ? " ↓" : " ↑") : "";
    });
  }

  function tell() {
    mark();
    const ids = state.order.map((place) => data.rows[place][0]).filter((id) => state.selected.has(id));
    setStateValue("selected", { version: data.version, ids });
  }

  function pick(row, on, through) {
    const rows = [...body.rows], from = through ? rows.findIndex((one) => +one.dataset.id === state.last) : -1;
    const to = rows.indexOf(row), start = from < 0 ? to : from;
    for (const one of rows.slice(Math.min(start, to), Math.max(start, to) + 1)) {
      if (on) state.selected.add(+one.dataset.id); else state.selected.delete(+one.dataset.id);
    }
    state.last = +row.dataset.id;
    tell();
  }

  // Where the server knows an order of all runs, that is asked for; else the rows of this page are put in order.
  function sort(n) {
    const column = data.columns[n], [name, falling] = data.sort;
    const [rising, sinking] = column.orders;
    if (rising || sinking) {
      const turned = column.name === name && !state.sorted ? (falling ? rising : sinking) : null;
      if (state.sorted) { state.sorted = null; arrange(); }
      setTriggerValue("sort", turned || sinking || rising);
      return;
    }
    state.sorted = [n, !!state.sorted && state.sorted[0] === n && !state.sorted[1]];
    arrange();
  }

  function ordered() {
    const places = data.rows.map((_, place) => place);
    if (!state.sorted) return places;
    const [n, falling] = state.sorted, number = data.columns[n].kind === "number";
    return places.sort((one, other) => {
      const a = data.rows[one][n], b = data.rows[other][n];
      if (a === null || b === null) return (a === null) - (b === null);
      const step = number ? parseFloat(a) - parseFloat(b) : a.localeCompare(b);
      return falling ? -step : step;
    });
  }

  table.onclick = (event) => {
    const row = event.target.closest("tbody tr"), link = event.target.closest("a"), head = event.target.closest("button");
    if (head) sort(+head.dataset.column);
    if (row && event.target.tagName === "INPUT") { reach(row); pick(row, event.target.checked, event.shiftKey); }
    else if (event.target.tagName === "INPUT") {
      state.selected = new Set(event.target.checked ? data.rows.map((cells) => cells[0]) : []);
      tell();
    }
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      setTriggerValue("open", +row.dataset.id);
    }
  };
  box.onscroll = () => {
    if (box.scrollTop + 2 * box.clientHeight > box.scrollHeight) draw(body.rows.length + MORE);
  };
  table.onkeydown = (event) => {
    const row = event.target.closest("tbody tr");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = row.sectionRowIndex, last = data.rows.length - 1;
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last, PageDown: at + 10, PageUp: at - 10 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    draw(next + MORE);
    reach(body.rows[Math.max(0, Math.min(next, last))], event.target.tagName.toLowerCase());
  };
}
