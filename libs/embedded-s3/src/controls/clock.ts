/** The server's time. Everything that depends on time (signatures, expiry, retention, lifecycle) asks it. */
export class Clock {
  private offset = 0;
  private frozenAt?: number;

  now(): Date {
    return new Date(this.frozenAt ?? Date.now() + this.offset);
  }

  /** Stops the clock at that time; `advance` moves it from there. */
  set(date: Date): void {
    this.frozenAt = date.getTime();
  }

  advance(ms: number): void {
    if (this.frozenAt === undefined) this.offset += ms;
    else this.frozenAt += ms;
  }

  reset(): void {
    this.offset = 0;
    this.frozenAt = undefined;
  }
}
