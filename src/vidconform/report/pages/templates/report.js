"use strict";
(() => {
  const root = document.documentElement, $ = (id) => document.getElementById(id);
  root.classList.add("js");

  // Theme: the system's, unless the reader chose; a page opened from disk may not keep a choice.
  const remembered = () => { try { return localStorage.getItem("vidconform-theme"); } catch { return null; } };
  const remember = (theme) => { try { localStorage.setItem("vidconform-theme", theme); } catch { /* not kept */ } };
  if (remembered()) root.dataset.theme = remembered();
  $("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    remember(root.dataset.theme);
  });

  // Panels: one open at a time, named by the address, closed by Escape; focus goes back to where it came from.
  let open = null, from = null;
  const close = () => {
    if (!open) return;
    open.classList.remove("open");
    open = null;
    history.replaceState(null, "", location.pathname + location.search);
    if (from && from.isConnected) from.focus({ preventScroll: true });
    from = null;
  };
  const show = () => {
    const target = location.hash.length > 1 ? $(decodeURIComponent(location.hash.slice(1))) : null;
    if (!target) return;
    const isPanel = target.classList.contains("panel");
    if (isPanel && !from) from = document.activeElement;
    if (open) open.classList.remove("open");
    open = isPanel ? target : null;
    if (isPanel) { target.classList.add("open"); target.scrollTop = 0; target.focus({ preventScroll: true }); }
  };
  addEventListener("hashchange", show);
  document.addEventListener("click", (event) => {
    if (event.target.closest(".close")) { event.preventDefault(); close(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "/" && !typing && $("f-text")) { event.preventDefault(); $("f-text").focus(); }
  });
  show();

  // Ages grow after the page is made.
  const today = Math.floor(Date.now() / 864e5), stale = Number(document.body.dataset.stale);
  const made = Math.floor(Number(document.body.dataset.now) / 86400);
  const aged = (days) => days <= 0 ? "today" : days + " d";
  for (const age of document.querySelectorAll(".age")) age.textContent = aged(today - Math.floor(age.dataset.at / 86400));

  // Which documents stand side by side; the choice stands in the address, so that it can be sent on.
  const chooser = $("chooser");
  if (chooser) {
    const choices = [...chooser.querySelectorAll("input")], chosen = () => choices.filter((box) => box.checked);
    const asked = new URLSearchParams(location.search).get("documents");
    const draw = () => choices.forEach((box, i) => {
      for (const row of document.querySelector("table.doc").rows) row.cells[i + 1].hidden = !box.checked;
    });
    const change = () => {
      draw();
      const query = chosen().length === choices.length ? "" : "?documents=" + chosen().map((box) => box.value).join(",");
      history.replaceState(null, "", location.pathname + query + location.hash);
    };
    if (asked !== null) for (const box of choices) box.checked = asked.split(",").includes(box.value);
    draw();
    chooser.addEventListener("change", change);
    chooser.querySelector("button").addEventListener("click", () => {
      const all = chosen().length < choices.length;
      for (const box of choices) box.checked = all;
      change();
    });
  }

  const table = $("matrix");
  if (!table) return;
  const heads = [...table.tHead.rows[0].cells].slice(1);
  const groups = [...table.tBodies], rows = [];
  for (const group of groups) for (const row of group.rows) if (!row.classList.contains("concern")) rows.push({ row, group,
    name: row.cells[0].firstChild.data, text: row.cells[0].textContent.toLowerCase(), concern: group.rows[0].textContent.toLowerCase(), cells: [...row.cells].slice(1) });
  for (const item of rows) item.marks = item.cells.map((cell) => {
    if (!cell.className) return null;
    const [reading, level] = cell.className.split(" "), doc = cell.className.match(/ d([A-Z])/);
    if (made !== today && cell.dataset.t) {
      const days = today - cell.dataset.t;
      cell.children[1].textContent = cell.children[1].textContent.replace(/ (today|\d+ d)$/, " " + aged(days));
      if (days > stale) cell.classList.add("old");
    }
    return { reading, level, doc: doc ? doc[1] : "", listed: cell.classList.contains("k") };
  });

  const form = document.querySelector(".filters"), out = $("shown");
  const value = (id) => $(id).value.trim().toLowerCase();

  let seen = heads.map(() => true);
  const showColumns = () => {
    const names = value("f-provider").split(",").map((n) => n.trim()).filter(Boolean);
    const now = heads.map((head) => !names.length || names.some((name) => head.dataset.n.includes(name)));
    now.forEach((shown, i) => {
      if (shown === seen[i]) return;
      heads[i].hidden = !shown;
      for (const item of rows) item.cells[i].hidden = !shown;
    });
    seen = now;
  };
  const filter = () => {
    showColumns();
    const text = value("f-text"), concern = value("f-concern"), level = $("f-level").value, reading = $("f-reading").value;
    const reads = (mark) => !reading || (reading === "K" ? mark.listed : reading.includes(mark.reading) || (mark.doc && reading.includes(mark.doc)));
    const fits = (mark, i) => seen[i] && mark && (!level || mark.level === level) && reads(mark);
    table.dataset.level = level;
    table.dataset.reading = reading;
    let count = 0;
    const alive = new Set();
    for (const item of rows) {
      const hit = (!text || item.text.includes(text)) && (!concern || item.concern === concern) && item.marks.some(fits);
      if (item.row.hidden === hit) item.row.hidden = !hit;
      if (hit) { count += 1; alive.add(item.group); }
    }
    for (const group of groups) group.querySelector(".concern").hidden = !alive.has(group);
    out.textContent = `${count} of ${rows.length} requirements, ${seen.filter(Boolean).length} of ${heads.length} contracts`;
  };

  // The filters stand in the address, so that what is shown can be sent on; an address can name them as well.
  const boxes = ["text", "provider", "level", "reading", "concern", "sort"];
  const keep = () => {
    const query = new URLSearchParams(boxes.map((name) => [name, $("f-" + name).value]).filter((pair) => pair[1])).toString();
    history.replaceState(null, "", location.pathname + (query && "?" + query) + location.hash);
  };
  let taken = "";
  const take = () => {
    if (taken === location.search) return;
    const query = new URLSearchParams(taken = location.search);
    for (const name of boxes) $("f-" + name).value = query.get(name) || "";
    for (const select of form.querySelectorAll("select")) if (select.selectedIndex < 0) select.value = "";
    filter();
    sort($("f-sort").value, null);
  };
  form.addEventListener("input", () => { filter(); keep(); taken = location.search; });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { sort("", null); filter(); keep(); taken = location.search; }));
  addEventListener("popstate", take);
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="?"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.pushState(null, "", location.pathname + link.getAttribute("href"));
    take();
    $("matrix-title").scrollIntoView();
    if (here) here.focus({ preventScroll: true });
  });

  // Sorting takes the rows out of their concerns; by concern puts them back.
  const ORDER = "FECDIRUNO";
  const rank = (mark) => mark ? Math.min(ORDER.indexOf(mark.reading), mark.doc ? ORDER.indexOf(mark.doc) : 9) : 9;
  const worst = (item) => Math.min(...item.marks.map(rank));
  const sort = (how, column) => {
    heads.forEach((head, i) => i === column ? head.setAttribute("aria-sort", "descending") : head.removeAttribute("aria-sort"));
    table.classList.toggle("flat", how !== "");
    const byName = (a, b) => a.name < b.name ? -1 : 1;
    const by = how === "column" ? (a, b) => rank(a.marks[column]) - rank(b.marks[column]) || byName(a, b)
      : how === "worst" ? (a, b) => worst(a) - worst(b) || byName(a, b) : byName;
    if (how === "") for (const item of rows) item.group.append(item.row);
    else groups[0].append(...[...rows].sort(by).map((item) => item.row));
  };
  $("f-sort").addEventListener("change", (event) => sort(event.target.value, null));
  heads.forEach((head, i) => head.querySelector(".sort").addEventListener("click", () => {
    $("f-sort").value = "";
    head.hasAttribute("aria-sort") ? sort("", null) : sort("column", i);
  }));

  // The grid: one cell takes focus, arrows move among what is shown, Enter and click open.
  let here = null;
  const focusable = (cell) => {
    if (here) here.tabIndex = -1;
    here = cell;
    here.tabIndex = 0;
  };
  const first = rows.find((item) => item.marks.some(Boolean));
  if (first) focusable(first.cells[first.marks.findIndex(Boolean)]);
  const visible = (cell) => cell && cell.offsetParent !== null;
  const move = (cell, dx, dy) => {
    let row = cell.parentElement, index = cell.cellIndex;
    const all = [...table.querySelectorAll("tbody tr[data-r]:not([hidden])")];
    if (dx) {
      do { index += dx; } while (row.cells[index] && !visible(row.cells[index]));
    } else row = all[Math.max(0, Math.min(all.length - 1, all.indexOf(row) + dy))];
    const next = row.cells[index];
    if (next && next.tagName === "TD") { focusable(next); next.focus(); next.scrollIntoView({ block: "nearest", inline: "nearest" }); }
  };
  const go = (cell) => {
    if (!cell.className) return;
    focusable(cell);
    const column = heads[cell.cellIndex - 1].dataset.c, id = column + "." + cell.parentElement.dataset.r;
    if (table.dataset.pages) location.href = column + ".html#" + id;
    else { from = cell; location.hash = id; }
  };
  const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], PageUp: [0, -10], PageDown: [0, 10], Home: [0, -1e6], End: [0, 1e6] };
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); go(cell); }
    if (KEYS[event.key]) { event.preventDefault(); move(cell, ...KEYS[event.key]); }
  });
  table.addEventListener("click", (event) => {
    const cell = event.target.closest("td");
    if (cell) go(cell);
  });
  filter();
  take();
})();
