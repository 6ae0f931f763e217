const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECK_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
/** The instance that the sandbox's orgs live on. */
const INSTANCE = 'Hs0';
const NUMBER_LENGTH = 9;

/** The id (18 characters) of the record with that number under a key prefix. */
export function createRecordId(keyPrefix: string, number: number): string {
  let digits = '';
  for (let rest = number; rest > 0; rest = Math.floor(rest / DIGITS.length)) {
    digits = DIGITS[rest % DIGITS.length] + digits;
  }
  return completeId(keyPrefix + INSTANCE + digits.padStart(NUMBER_LENGTH, '0'));
}

/** The 18 characters of an id that may have 15; what has another form comes back as it is. */
export function completeId(id: string): string {
  if (!/^[A-Za-z0-9]{15}$/.test(id)) return id;
  let check = '';
  for (let part = 0; part < 3; part++) {
    let bits = 0;
    for (let place = 0; place < 5; place++) {
      if (/[A-Z]/.test(id[part * 5 + place]!)) bits |= 1 << place;
    }
    check += CHECK_LETTERS[bits];
  }
  return id + check;
}
