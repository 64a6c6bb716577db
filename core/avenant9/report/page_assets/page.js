"use strict";
// Without this script the page reads whole, in the order of the result; with it tables sort, filter and fold.
(() => {
  const NUMBER = new Intl.NumberFormat("fr-FR");
  const WORDS = new Intl.Collator("fr", { numeric: true, sensitivity: "base" });
  const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/\s+/g, " ").toLowerCase();
  const later = (work, delay) => {
    let timer = 0;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(work, delay);
    };
  };

  document.documentElement.classList.add("js");

  for (const box of document.querySelectorAll("div.table")) {
    const table = box.querySelector("table");
    const rows = [...table.tBodies].map((body, rank) => ({ body, rank, text: null, open: false }));
    const controls = box.querySelector(".controls");
    if (table.classList.contains("opens")) folding(table, rows, controls);
    const order = sorting(table, rows);
    if (controls) filtering(box, table, rows, controls, order);
  }

  function folding(table, rows, controls) {
    const toggles = new Map();
    const all = controls?.querySelector("button.all");
    const show = (row, open) => {
      row.open = open;
      row.body.classList.toggle("open", open);
      toggles.get(row)?.setAttribute("aria-expanded", String(open));
    };
    for (const row of rows) {
      if (row.body.rows.length < 2) continue;
      const toggle = document.createElement("button");
      toggle.type = "button";
      toggle.className = "toggle";
      toggle.setAttribute("aria-expanded", "false");
      toggle.setAttribute("aria-label", "Explication");
      row.body.rows[0].cells[0].prepend(toggle);
      toggles.set(row, toggle);
    }
    const byBody = new Map(rows.map((row) => [row.body, row]));
    table.addEventListener("click", (event) => {
      const body = event.target.closest("tbody");
      if (!body || event.target.closest("a, tr.detail") || String(getSelection())) return;
      const row = byBody.get(body);
      if (toggles.has(row)) show(row, !row.open);
    });
    all?.addEventListener("click", () => {
      const open = all.getAttribute("aria-expanded") !== "true";
      all.setAttribute("aria-expanded", String(open));
      all.textContent = open ? "Tout replier" : "Tout déplier";
      for (const row of rows) show(row, open);
    });
  }

  // Rows stand in their own tbody with their explanation; the total is a tfoot, which nothing here moves.
  function sorting(table, rows) {
    const heads = [...table.tHead.rows[0].cells];
    const key = (row, place, numeric) => {
      const cell = row.body.rows[0].cells[place];
      const value = cell.dataset.v ?? cell.textContent.trim();
      if (value === "") return null;
      return numeric ? Number(value) : value;
    };
    const put = (place, way) => {
      heads.forEach((head, rank) => {
        if (rank === place && way) head.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
        else head.removeAttribute("aria-sort");
      });
      const numeric = way && heads[place].dataset.sort === "number";
      const keys = way ? new Map(rows.map((row) => [row, key(row, place, numeric)])) : null;
      const compare = (one, other) => {
        const [a, b] = [keys.get(one), keys.get(other)];
        if (a === null || b === null) return (a === null) - (b === null); // the unknown last, either way
        return way * (numeric ? a - b : WORDS.compare(a, b));
      };
      const sorted = [...rows].sort((one, other) => (way && compare(one, other)) || one.rank - other.rank);
      const fragment = document.createDocumentFragment();
      for (const row of sorted) fragment.append(row.body);
      table.insertBefore(fragment, table.tFoot);
    };
    heads.forEach((head, place) => {
      head.querySelector("button")?.addEventListener("click", () => {
        put(place, head.getAttribute("aria-sort") === "ascending" ? -1 : 1);
      });
    });
    return put;
  }

  function filtering(box, table, rows, controls, order) {
    const words = controls.querySelector("input");
    const verdict = controls.querySelector("select.verdict");
    const count = controls.querySelector(".count");
    const none = box.querySelector(".none");
    const total = NUMBER.format(rows.length);
    const apply = () => {
      const wanted = fold(words.value).split(" ").filter(Boolean);
      const only = verdict?.value ?? "";
      let shown = 0;
      for (const row of rows) {
        if (wanted.length) row.text ??= fold([...row.body.querySelectorAll("td")].map((cell) => cell.textContent).join(" "));
        const fits = (!only || row.body.classList.contains(only)) && wanted.every((word) => row.text.includes(word));
        if (row.body.hidden === fits) row.body.hidden = !fits;
        shown += fits;
      }
      const noun = rows.length > 1 ? "lignes" : "ligne";
      const filtered = shown < rows.length;
      const rest = filtered && table.tFoot ? " ; le total reste celui de toutes les lignes" : "";
      count.textContent = filtered ? `${NUMBER.format(shown)} sur ${total} ${noun}${rest}` : `${total} ${noun}`;
      none.hidden = shown > 0;
    };
    words.addEventListener("input", rows.length > 500 ? later(apply, 150) : apply);
    verdict?.addEventListener("change", apply);
    controls.querySelector("select.order").addEventListener("change", (event) => {
      const [place, way] = event.target.value.split(" ").map(Number);
      order(place, way || 0);
    });
    none.querySelector("button").addEventListener("click", () => {
      words.value = "";
      if (verdict) verdict.value = "";
      apply();
      words.focus();
    });
    apply();
  }
})();
