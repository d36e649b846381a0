import type { DemoTokens } from './demo-tokens.js';
import { roles } from '../auth/user.js';

/** In two halves, so that no scanner takes this file for it. */
const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'] as const;

const orgs = ['1', '11'];
const userIds = { patient: 'pat', specialist: '5', admin: 'ada' } as const;

/** How to try the demo by hand: a token for each organisation and role, and lines to paste into a shell. */
export async function walkThrough(origin: string, tokens: DemoTokens): Promise<string> {
  const people = orgs.flatMap((orgId) => roles.map((role) => ({ orgId, role, userId: userIds[role] })));
  const variables = await Promise.all(
    people.map(async (person) => `${person.role.toUpperCase()}_${person.orgId}=${await tokens.issue(person)}`),
  );
  return `
nest-tenant-storage demo: ${origin}/ (API description: ${origin}/api/docs)

Anyone who reaches this address can have a token of any organisation: it is for trying things out.

# Tokens of organisations 1 and 11, for 12 hours, where the specialist is user 5
${variables.join('\n')}

# Organisation 1: upload, list, read by URL from the store, read a range through the API, delete
FILES=${origin}/api/forms/7/fields/3/files
printf 'Blood pressure: 120/80\\n' > note.txt
curl -sS -T note.txt -H 'Content-Type: text/plain' -H "Authorization: Bearer $PATIENT_1" $FILES/note.txt; echo
curl -sS -H "Authorization: Bearer $PATIENT_1" $FILES; echo
curl -sS "$(curl -sS -H "Authorization: Bearer $PATIENT_1" $FILES/note.txt/url | sed 's/.*"url":"\\([^"]*\\)".*/\\1/')"
curl -sS -H 'Range: bytes=0-13' -H "Authorization: Bearer $PATIENT_1" $FILES/note.txt/content; echo

# Malware is refused before anybody can read it: here the test file that every scanner knows (422, malware_found)
printf '%s%s' '${eicar[0]}' '${eicar[1]}' > eicar.txt
curl -sS -T eicar.txt -H 'Content-Type: text/plain' -H "Authorization: Bearer $PATIENT_1" $FILES/eicar.txt; echo

# Organisation 11 asks for the same and sees nothing
curl -sS -H "Authorization: Bearer $ADMIN_11" $FILES; echo
curl -sS -H "Authorization: Bearer $ADMIN_11" $FILES/note.txt/url; echo

# Only an admin deletes
curl -sS -X DELETE -H "Authorization: Bearer $PATIENT_1" $FILES/note.txt; echo
curl -sS -X DELETE -w '%{http_code}\\n' -H "Authorization: Bearer $ADMIN_1" $FILES/note.txt
`;
}
