// Shamir's scheme over GF(2^8) with the polynomial of AES, for each byte of a secret its own polynomial.

const REDUCTION = 0x1b;

/** A point of the polynomials: x from 1 to 255, and for each byte of the secret its y. */
export interface Point {
  readonly x: number;
  readonly y: Uint8Array;
}

/** Without branches and tables: how long it takes says nothing of what is multiplied. */
function multiply(one: number, other: number): number {
  let product = 0;
  let power = one;
  for (let bit = 0; bit < 8; bit += 1) {
    product ^= power & -((other >> bit) & 1);
    power = ((power << 1) & 0xff) ^ (REDUCTION & -(power >> 7));
  }
  return product;
}

/** The 254th power. */
function inverse(value: number): number {
  let found = 1;
  let power = value;
  for (let bit = 1; bit < 8; bit += 1) {
    power = multiply(power, power);
    found = multiply(found, power);
  }
  return found;
}

/** The share at x; `coefficients` are those of x, x², … , each as long as the secret. */
export function shareAt(x: number, secret: Uint8Array, coefficients: Uint8Array): Uint8Array {
  const size = secret.length;
  const share = new Uint8Array(size);
  for (let from = coefficients.length - size; from >= 0; from -= size) {
    for (let at = 0; at < size; at += 1) share[at] = multiply((share[at] as number) ^ (coefficients[from + at] as number), x);
  }
  return share.map((byte, at) => byte ^ (secret[at] as number));
}

/** What the polynomials through these points, one or more whose x are different ones, are at x; at zero it is the secret. */
export function valueAt(x: number, points: readonly Point[]): Uint8Array {
  const found = new Uint8Array((points[0] as Point).y.length);
  for (const point of points) {
    let weight = 1;
    for (const { x: other } of points) {
      if (other !== point.x) weight = multiply(weight, multiply(x ^ other, inverse(point.x ^ other)));
    }
    point.y.forEach((byte, at) => {
      found[at] = (found[at] as number) ^ multiply(byte, weight);
    });
  }
  return found;
}
