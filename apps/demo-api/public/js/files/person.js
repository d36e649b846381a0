import { element } from '../dom.js';
import { t } from '../i18n.js';

/** Who the demo's records know: form 7 and document 9 are pat's, form 8 and document 10 are lou's. */
const known = { ada: 'admin', bob: 'admin', 5: 'specialist', pat: 'patient', lou: 'patient' };
const others = ['5', 'pat', 'lou'];

/** The form that says who one is. */
export class Person {
  #form;
  #admin;

  /** At first one is `admin`, the name of this organisation's own. */
  constructor(form, { orgId, admin }, onChange) {
    this.#form = form;
    this.#admin = admin;
    const { orgId: org, who } = form.elements;
    org.value = orgId;
    this.retell(admin);
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('change', ({ target }) => {
      if (target === who) this.#showOther();
      if (this.#form.reportValidity()) onChange();
    });
  }

  /** Names them in the language that is shown. */
  retell(chosen = this.#form.elements.who.value) {
    const { who } = this.#form.elements;
    const options = [this.#admin, ...others].map((user) => element('option', { value: user }, t(`person.${user}`)));
    who.replaceChildren(...options, element('option', { value: '' }, t('person.other')));
    who.value = chosen;
    this.#showOther();
  }

  get chosen() {
    const { orgId, who, userId, role } = this.#form.elements;
    return {
      orgId: orgId.value.trim(),
      userId: who.value || userId.value,
      role: who.value ? known[who.value] : role.value,
    };
  }

  #showOther() {
    const { who, userId } = this.#form.elements;
    for (const part of this.#form.querySelectorAll('[data-other]')) part.hidden = who.value !== '';
    userId.disabled = who.value !== '';
    if (who.value === '' && userId.value === '') userId.value = 'eve';
  }
}
