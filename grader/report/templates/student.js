
(function () {
  "use strict";
  var tasks = Array.prototype.slice.call(document.querySelectorAll("#tasks details.task"));
  var opened = [];
  function openTarget() {
    var target = document.getElementById(location.hash.slice(1));
    if (target && target.tagName === "DETAILS") {
      target.open = true;
      target.scrollIntoView();
    }
  }
  addEventListener("hashchange", openTarget);
  openTarget();
  addEventListener("beforeprint", function () {
    opened = tasks.filter(function (task) { return !task.open && !task.classList.contains("quiet"); });
    opened.forEach(function (task) { task.open = true; });
  });
  addEventListener("afterprint", function () {
    opened.forEach(function (task) { task.open = false; });
  });
  var button = document.getElementById("open-all");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var open = tasks.some(function (task) { return !task.open; });
      tasks.forEach(function (task) { task.open = open; });
      button.textContent = open ? "Close all" : "Open all";
    });
  }
})();
