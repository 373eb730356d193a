import { createSign, generateKeyPairSync, randomBytes } from 'node:crypto';

// Just enough of X.509 (RFC 5280) in DER: Node makes keys and signatures, but no certificates.

const sequence = 0x30;
const bitString = 0x03;
const octetString = 0x04;
const utf8String = 0x0c;

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const bytes = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const text = (tag: number, value: string) => der(tag, Buffer.from(value));
const time = (at: Date) => text(0x18, `${at.toISOString().slice(0, 19).replaceAll(/[-T:]/g, '')}Z`);
const extension = (id: string, value: Buffer) => der(sequence, oid(id), der(octetString, value));

/** ecdsa-with-SHA256, commonName, subjectAltName, basicConstraints. */
const oids = { signed: '2a8648ce3d040302', name: '550403', alternative: '551d11', constraints: '551d13' };

/** A certificate for a host that vouches for itself, valid for an hour, and its private key; both as PEM. */
export function selfSigned(host: string): { certificate: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(sequence, oid(oids.signed));
  const name = der(sequence, der(0x31, der(sequence, oid(oids.name), text(utf8String, host))));
  const now = Date.now();
  const hour = 60 * 60 * 1000;
  const body = der(
    sequence,
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name,
    der(sequence, time(new Date(now - hour)), time(new Date(now + hour))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      der(
        sequence,
        extension(oids.alternative, der(sequence, text(0x82, host))),
        extension(oids.constraints, der(sequence, der(0x01, Buffer.from([0xff])))),
      ),
    ),
  );
  const signature = createSign('SHA256').update(body).sign(privateKey);
  const whole = der(sequence, body, algorithm, der(bitString, Buffer.from([0]), signature));
  const lines = whole.toString('base64').replaceAll(/.{64}/g, '$&\n');
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
