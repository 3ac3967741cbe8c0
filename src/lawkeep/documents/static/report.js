// The language switch. It remembers nothing; without script the page stays in its first language.
(() => {
  const group = document.querySelector(".switch");
  group.hidden = false;
  group.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    document.documentElement.lang = button.dataset.language;
    document.title = document.querySelector("title").dataset[button.lang.slice(0, 2)];
    for (const each of group.querySelectorAll("button")) {
      each.setAttribute("aria-pressed", String(each === button));
    }
  });
  // A link from a headline or an act opens the folded list that holds its target.
  const unfold = () => {
    let node = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
  };
  window.addEventListener("hashchange", unfold);
  unfold();
})();
