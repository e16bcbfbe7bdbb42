
(function () {
  "use strict";
  function all(within, selector) { return Array.prototype.slice.call(within.querySelectorAll(selector)); }

  // Sorting: each head with a data-key becomes a button; "-" and empty cells stay last.
  all(document, "table[data-sort]").forEach(function (table) {
    var body = table.tBodies[0], rows = all(body, "tr"), order = new Map();
    rows.forEach(function (row, i) { order.set(row, i); });
    all(table, "thead tr:last-child > *").forEach(function (head, column) {
      var kind = head.getAttribute("data-key");
      if (!kind) return;
      var button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      while (head.firstChild) button.appendChild(head.firstChild);
      head.appendChild(button);
      function value(row) {
        if (kind === "place") return order.get(row);
        var text = row.cells[column].textContent.trim();
        if (kind === "text") return text.toLowerCase() || null;
        var number = parseFloat(text.replace(/,/g, ""));
        return isNaN(number) ? null : number;
      }
      button.addEventListener("click", function () {
        var up = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") !== "ascending" : kind !== "number";
        var values = new Map();
        rows.forEach(function (row) { values.set(row, value(row)); });
        all(table, "th[aria-sort]").forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        table.setAttribute("data-sorted", "");
        rows.slice().sort(function (a, b) {
          var x = values.get(a), y = values.get(b);
          if (x === null || y === null) return (x === null) - (y === null) || order.get(a) - order.get(b);
          return (x < y ? -1 : x > y ? 1 : 0) * (up ? 1 : -1) || order.get(a) - order.get(b);
        }).forEach(function (row) { body.appendChild(row); });
      });
    });
  });

  // The filter of the matrix.
  var form = document.querySelector("form.filter");
  if (form) {
    var table = document.querySelector("table.mx"), rows = all(table.tBodies[0], "tr");
    var texts = new Map();
    rows.forEach(function (row) {
      var words = all(row, "th, .g, .stk").map(function (cell) { return cell.textContent; });
      words = words.concat(all(row, "[title]").map(function (cell) { return cell.title; }));
      texts.set(row, words.join(" ").toLowerCase());
    });
    var first = all(table, "thead .heads > *").findIndex(function (head) { return head.querySelector("abbr"); });
    var field = function (name) { return form.elements[name] ? form.elements[name].value : ""; };
    var filter = function () {
      var text = field("text").trim().toLowerCase(), section = field("section");
      var task = field("task"), verdict = field("verdict"), shown = 0;
      rows.forEach(function (row) {
        var cells = task ? [row.cells[first + Number(task)]] : verdict ? all(row, "td." + verdict) : [];
        var fits = texts.get(row).indexOf(text) >= 0 && (!section || row.getAttribute("data-s") === section) &&
          (!verdict || cells.some(function (cell) { return cell.className === verdict; }));
        row.hidden = !fits;
        shown += fits;
      });
      form.querySelector("output").textContent =
        shown === rows.length ? "" : shown + " of " + rows.length + " students";
    };
    form.hidden = false;
    form.addEventListener("input", filter);
    form.addEventListener("reset", function () { setTimeout(filter, 0); });
    form.addEventListener("submit", function (event) { event.preventDefault(); });
  }

  // Paper shows what is folded.
  var opened = [];
  addEventListener("beforeprint", function () {
    opened = all(document, "details:not([open])");
    opened.forEach(function (one) { one.open = true; });
  });
  addEventListener("afterprint", function () { opened.forEach(function (one) { one.open = false; }); });
})();
