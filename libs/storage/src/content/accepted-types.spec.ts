import { acceptedType, acceptedTypes, typeByExtension } from './accepted-types.js';
import { acceptDeclared } from './declared-type.js';

const accept = (extension: string, contentType: string | undefined) => acceptDeclared({ extension, contentType }).mime;
const refused = expect.objectContaining({ code: 'type_not_accepted' });

describe('accepted types', () => {
  it('never include what runs script, and show in place only pictures, films, sounds and PDF', () => {
    const names = acceptedTypes.flatMap(({ mime, aliases, extensions }) => [mime, ...aliases, ...extensions]);
    expect(
      names.filter((name) =>
        /^(svg|html?|xhtml|xml|js|mjs|zip|exe|swf|tiff?)$|[/+](svg|html|xhtml|xml|javascript|zip|tiff)\b/.test(name),
      ),
    ).toEqual([]);
    const shown = acceptedTypes.filter(({ inline }) => inline).map(({ mime }) => mime);
    expect(shown.filter((mime) => !/^(image|video|audio)\//.test(mime))).toEqual(['application/pdf']);
  });

  it('name each canonical type once', () => {
    const mimes = acceptedTypes.map(({ mime }) => mime);
    expect(new Set(mimes).size).toBe(mimes.length);
    expect(mimes.map((mime) => acceptedType(mime).mime)).toEqual(mimes);
    expect(() => acceptedType('image/svg+xml')).toThrow(refused);
  });

  it('are all accepted under their own name', () => {
    for (const { mime, extensions } of acceptedTypes) {
      for (const extension of extensions) expect(accept(extension, mime)).toBe(mime);
    }
  });

  it.each([
    ['jpg', 'image/jpg', 'image/jpeg'],
    ['JPEG', 'IMAGE/JPEG', 'image/jpeg'],
    ['heic', 'image/heif', 'image/heic'],
    ['heif', 'image/heic', 'image/heif'],
    ['m4v', 'video/mp4', 'video/x-m4v'],
    ['m4a', 'audio/x-m4a', 'audio/mp4'],
    ['wav', 'audio/vnd.wave', 'audio/wav'],
    ['opus', 'audio/ogg; codecs=opus', 'audio/ogg'],
    ['webm', 'video/webm;codecs="vp8,opus"', 'video/webm'],
    ['webm', 'audio/webm', 'audio/webm'],
    ['csv', 'text/csv; charset=utf-8', 'text/csv'],
    ['csv', 'application/vnd.ms-excel', 'text/csv'],
    ['xls', 'application/vnd.ms-excel', 'application/vnd.ms-excel'],
  ])('normalise .%s declared as %s to %s', (extension, contentType, mime) => {
    expect(accept(extension, contentType)).toBe(mime);
  });

  it.each<[string, string | undefined]>([
    ['png', 'image/jpeg'],
    ['png', 'text/html'],
    ['html', 'image/png'],
    ['html', 'text/html'],
    ['svg', 'image/svg+xml'],
    ['png', 'application/octet-stream'],
    ['png', ''],
    ['png', undefined],
    ['', 'image/png'],
    ['zip', 'application/zip'],
    ['docm', 'application/vnd.ms-word.document.macroEnabled.12'],
    ['__proto__', 'image/png'],
  ])('refuse .%s declared as %s', (extension, contentType) => {
    expect(() => accept(extension, contentType)).toThrow(refused);
  });

  it('say what a narrower place accepts', () => {
    const declared = { extension: 'jpg', contentType: 'image/jpeg' };
    expect(() => acceptDeclared(declared, [acceptedType('image/png')])).toThrow('Accepted: png.');
  });

  it.each([
    ['a.b.PNG', 'image/png'],
    ['mp3', 'audio/mpeg'],
    ['a.webm', 'video/webm'],
    ['a.html', undefined],
    ['README', undefined],
    ['', undefined],
  ])('tell %j by its extension', (name, mime) => {
    expect(typeByExtension(name)?.mime).toBe(mime);
  });
});
