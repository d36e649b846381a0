const views = [...document.querySelectorAll('[data-view]')];
const links = [...document.querySelectorAll('.tabs a')];

/** Shows the view that the address names; `onShow` has what a view does then. */
export function showViews(onShow = {}) {
  const show = () => {
    const asked = location.hash.slice(1);
    const view = views.find(({ dataset }) => dataset.view === asked) ?? views[0];
    for (const each of views) each.hidden = each !== view;
    for (const link of links) {
      if (link.hash === `#${view.dataset.view}`) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    onShow[view.dataset.view]?.();
  };
  window.addEventListener('hashchange', show);
  show();
}
