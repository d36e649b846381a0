import { Injectable } from '@nestjs/common';

export interface Item {
  id: string;
  org: string;
  text: string;
}

/** The only state: what every organisation has put in, by kind. */
@Injectable()
export class Records {
  readonly #items = new Map<string, Item>();
  #last = 1000;

  add(kind: string, org: string, text: string): Item {
    const item = { id: String((this.#last += 7)), org, text };
    this.#items.set(`${kind}/${item.id}`, item);
    return item;
  }

  /** Of any organisation: whoever asks must look whose it is. */
  find(kind: string, id: string): Item | undefined {
    return this.#items.get(`${kind}/${id}`);
  }

  list(kind: string, org?: string): Item[] {
    const items = [...this.#items].filter(([key]) => key.startsWith(`${kind}/`)).map(([, item]) => item);
    return org === undefined ? items : items.filter((item) => item.org === org);
  }

  remove(kind: string, id: string): void {
    this.#items.delete(`${kind}/${id}`);
  }
}

export const shown = ({ id, text }: Item) => ({ id, text });
