import { createPublicKey } from 'node:crypto';
import { proofMistake, proveRecord, type RecordProof } from '../../audit/proof.js';
import { newKeyPair, verifierKey } from '../../audit/signer.js';
import { verifyChain } from '../../audit/verify-chain.js';
import { parseOrgId } from '../../keys/org-id.js';
import { archiveCommand } from './archive.command.js';
import { auditSource } from './audit-source.js';
import { monthIn, read } from './audit-inputs.js';
import type { Arguments } from '../arguments.js';
import { UsageError, type ExitCode, type Io } from '../io.js';
import { publicKeysOf, writeText } from './key-files.js';

const commands: Record<string, (args: Arguments, io: Io) => ExitCode | Promise<ExitCode>> = {
  keygen,
  verify,
  prove,
  'verify-proof': verifyProof,
  archive: archiveCommand,
};

/** Keys, verification and proofs of sealed audit months. Verification trusts the public key and nothing else. */
export async function auditCommand(args: Arguments, io: Io): Promise<ExitCode> {
  const [what = '', ...more] = args.rest;
  const command = commands[what];
  if (!command || more.length > 0) throw new UsageError(`audit is one of ${Object.keys(commands).join(', ')}.`);
  return command(args, io);
}

/** `NAME.key.pem` stays with whoever seals, `NAME.pem` goes to whoever verifies. */
function keygen(args: Arguments, io: Io): ExitCode {
  const name = args.text('out') ?? 'audit';
  const { privateKey, publicKey } = newKeyPair();
  const origin = args.text('origin') ?? 'nest-tenant-storage/audit';
  writeText(`${name}.key.pem`, privateKey, 0o600);
  writeText(`${name}.pem`, publicKey, 0o644);
  io.out(
    `${name}.key.pem: the private key, which signs: for the option audit.signer, or erase --key. Keep it out of the bucket and of version control.`,
  );
  io.out(`${name}.pem: the public key, for audit verify and erase verify.`);
  io.out(verifierKey(origin, createPublicKey(publicKey)));
  return 0;
}

async function verify(args: Arguments, io: Io): Promise<ExitCode> {
  const org = parseOrgId(args.required('org'));
  const [from, to] = [monthIn(args, 'from'), monthIn(args, 'to')];
  if (from > to) throw new UsageError('--from is after --to.');
  const publicKeys = publicKeysOf(args);
  const head = args.text('head');
  const source = auditSource(args, io, org);
  try {
    const report = await verifyChain(source.open, { org, from, to, publicKeys, ...(head && { head }) });
    if (args.switch('json')) io.out(JSON.stringify(report, null, 2));
    else {
      for (const { month, line, message } of report.findings) {
        io.out(`${month}${line === undefined ? '' : `, line ${line}`}: ${message}`);
      }
      const records = report.months.reduce((sum, month) => sum + (month.records ?? 0), 0);
      io.out(`${report.months.length} months with ${records} records, ${report.findings.length} findings.`);
      if (report.findings.length === 0) io.out(`Intact. The last seal, for --head: ${report.head}`);
    }
    return report.findings.length === 0 ? 0 : 1;
  } finally {
    source.close();
  }
}

async function prove(args: Arguments, io: Io): Promise<ExitCode> {
  const org = parseOrgId(args.required('org'));
  const month = monthIn(args, 'month');
  const line = args.whole('line');
  if (line === undefined) throw new UsageError('--line is missing.');
  const source = auditSource(args, io, org);
  const open = async () => {
    const bytes = await source.open(month);
    if (!bytes) throw new UsageError(`There is no month ${month}.`);
    return bytes;
  };
  try {
    const proof = await proveRecord(open, line);
    if (!proof) throw new UsageError(`The month ${month} has no sealed record at line ${line}.`);
    const text = JSON.stringify(proof, null, 2);
    const out = args.text('out');
    if (out === undefined) io.out(text);
    else writeText(out, `${text}\n`, 0o600);
    return 0;
  } finally {
    source.close();
  }
}

function verifyProof(args: Arguments, io: Io): ExitCode {
  const file = args.required('proof');
  const proof = proofIn(read(file), file);
  const mistake = proofMistake(proof, publicKeysOf(args));
  if (mistake !== undefined) {
    io.out(mistake);
    return 1;
  }
  io.out(`Proven: line ${proof.line} of ${proof.seal.split('\n', 1)[0]}`);
  io.out(proof.record);
  return 0;
}

function proofIn(text: string, file: string): RecordProof {
  try {
    const proof = JSON.parse(text) as Partial<RecordProof>;
    const { record, line, hashes, seal } = proof;
    const isText = (value: unknown) => typeof value === 'string';
    if (isText(record) && isText(seal) && Number.isInteger(line) && Array.isArray(hashes) && hashes.every(isText)) {
      return proof as RecordProof;
    }
  } catch {
    // Falls through: it is no JSON.
  }
  throw new UsageError(`${file} is no proof that audit prove has made.`);
}
