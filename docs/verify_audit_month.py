#!/usr/bin/env python3
"""Checks one sealed audit month by docs/audit.md alone, without the module that wrote it.

    python3 verify_audit_month.py 7 2026-10 2026-10.jsonl.gz clinic.pem [2026-09.jsonl.gz]

Exit 0: intact. 1: altered. 2: could not be checked. Needs the command openssl for the signature.
"""
import base64, gzip, hashlib, json, re, subprocess, sys, tempfile, zlib

def sha256(data): return hashlib.sha256(data).digest()

def root_of(leaves):                       # RFC 6962, section 2.1, from the bottom up
    if not leaves: return sha256(b"")
    while len(leaves) > 1:
        pairs = [sha256(b"\1" + leaves[i] + leaves[i + 1]) for i in range(0, len(leaves) - 1, 2)]
        leaves = pairs + (leaves[-1:] if len(leaves) % 2 else [])
    return leaves[0]

def altered(why):
    print("ALTERED:", why)
    sys.exit(1)

def lines_of(path):
    try:
        data = gzip.open(path).read()
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, FileNotFoundError): raise
        altered(f"{path} is no readable gzip")
    if not data.endswith(b"\n"): altered(f"{path} has no end")
    return data[:-1].split(b"\n")

def note_of(line):
    try:
        return json.loads(line)["seal"]
    except (ValueError, KeyError, TypeError):
        altered("the last line is no seal")

def is_signed(text, signatures, pem):
    der = base64.b64decode("".join(open(pem).read().splitlines()[1:-1]))
    for name, data in re.findall(r"^— (\S+) (\S+)$", signatures, re.M):
        raw = base64.b64decode(data)
        if raw[:4] != sha256(name.encode() + b"\n\1" + der[-32:])[:4]: continue
        with tempfile.NamedTemporaryFile() as message, tempfile.NamedTemporaryFile() as signature:
            message.write(text.encode()); message.flush()
            signature.write(raw[4:]); signature.flush()
            command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", pem, "-rawin"]
            return subprocess.run(command + ["-in", message.name, "-sigfile", signature.name], capture_output=True).returncode == 0
    return False

def main(org, month, path, pem, before=None):
    *records, last = lines_of(path)
    text, _, signatures = note_of(last).rpartition("\n\n")
    text += "\n"
    if not is_signed(text, signatures, pem): altered("the seal is not signed by this key")
    name, count, root, prev, marks = text.splitlines()
    if not name.endswith(f"/{org}/{month}"): altered("the seal is of another month or organisation: " + name)
    if int(count) != len(records): altered(f"{count} records were sealed, {len(records)} are here")
    if base64.b64decode(root) != root_of([sha256(b"\0" + record) for record in records]): altered("a record is not as it was sealed")
    stated = hashlib.sha256(base64.b64decode(json.loads(last)["marks"])).digest()
    if base64.b64decode(marks.split()[2]) != stated: altered("the marks beside the seal")
    if before:
        text_before = note_of(lines_of(before)[-1]).rpartition("\n\n")[0] + "\n"
        if base64.b64decode(prev.split()[1] + "==") != sha256(text_before.encode()): altered("it names another month before it")
    print(f"intact: {count} records, {prev}")

if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (OSError, TypeError) as error:
        print("could not check:", error)
        sys.exit(2)
