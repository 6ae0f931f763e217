/** What a spreadsheet takes for the beginning of a formula, in either width (OWASP, "CSV Injection"). */
const dangerous = /^'*[=+\-@\t\r\n＝＋－＠]/;
const guarded = /^'+[=+\-@\t\r\n＝＋－＠]/;
/** A number in E.164 can call nothing, and every program that reads contacts expects it as it is. */
const internationalNumber = /^\+\d{1,15}$/;

/** The value with an apostrophe in front where a spreadsheet could run it; `unguardFormula` gives back the same value. */
export function guardFormula(value: string): string {
  return dangerous.test(value) && !internationalNumber.test(value) ? `'${value}` : value;
}

/** Takes one apostrophe off where it stands before a formula, ours or another program's; `'t Hooft` keeps its own. */
export function unguardFormula(cell: string): string {
  return guarded.test(cell) ? cell.slice(1) : cell;
}
