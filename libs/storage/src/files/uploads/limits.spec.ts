import { Test } from '@nestjs/testing';
import { FormUploadsService } from '../../kinds/form-upload.js';
import { parseOrgId } from '../../keys/org-id.js';
import { StorageModule } from '../../storage.module.js';
import { samples } from '../../testing/samples.js';
import { startTestStorage } from '../../testing/test-storage.js';

const one = parseOrgId('1');
const eleven = parseOrgId('11');
const { txt } = samples;

/** Bytes that wait until they are let go, or break. */
function held() {
  let end = (_error?: Error) => {};
  let asked = () => {};
  const begun = new Promise<void>((resolve) => (asked = resolve));
  const ended = new Promise<void>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve());
  });
  async function* bytes() {
    asked();
    yield txt.bytes;
    await ended;
  }
  return { bytes: bytes(), begun, end };
}

test('uploads beyond the bound are refused before a byte is taken; one that ends, well or not, makes room', async () => {
  const storage = await startTestStorage();
  const limits = { uploadsPerUser: 1, uploadsPerOrg: 2 };
  const module = await Test.createTestingModule({
    imports: [StorageModule.forRoot({ ...storage.options, limits })],
  }).compile();
  const forms = module.get(FormUploadsService);
  let count = 0;
  const upload = (org: typeof one, by: string, bytes: AsyncIterable<Uint8Array>) =>
    forms.upload(
      org,
      { formId: '1', customFieldId: '1', fileName: `${(count += 1)}.txt` },
      { bytes, contentType: 'text/plain' },
      { by },
    );
  const tooMany = { code: 'too_many_requests' };
  try {
    const [ada, bob] = [held(), held()];
    const uploads = [upload(one, 'ada', ada.bytes), upload(one, 'bob', bob.bytes)];
    await Promise.all([ada.begun, bob.begun]);
    const untouched = held();
    let touched = false;
    void untouched.begun.then(() => (touched = true));
    await expect(upload(one, 'ada', untouched.bytes)).rejects.toMatchObject(tooMany);
    await expect(upload(one, 'eve', untouched.bytes)).rejects.toMatchObject(tooMany);
    expect(touched).toBe(false);
    const free = held();
    free.end();
    await expect(upload(eleven, 'ada', free.bytes)).resolves.toMatchObject({ contentType: 'text/plain' });

    ada.end();
    bob.end(new Error('gone'));
    const [stored, broken] = await Promise.allSettled(uploads);
    expect([stored?.status, broken?.status]).toEqual(['fulfilled', 'rejected']);
    for (const by of ['ada', 'bob']) {
      const again = held();
      again.end();
      await expect(upload(one, by, again.bytes)).resolves.toMatchObject({ contentType: 'text/plain' });
    }
    await expect(upload(one, '\ud800', untouched.bytes)).rejects.toMatchObject({ code: 'invalid_request' });
    expect((await storage.contents()).openUploads).toEqual([]);
  } finally {
    await module.close();
    await storage.close();
  }
});
