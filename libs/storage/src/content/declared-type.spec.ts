import { acceptedType, acceptedWith } from './accepted-types.js';
import { admitDeclared, saysNothing } from './declared-type.js';

const admit = (extension: string, contentType: string | undefined) => admitDeclared({ extension, contentType }).mime;
const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const refused = expect.objectContaining({ code: 'type_not_accepted' });

describe('a declared type', () => {
  it.each<[string, string | undefined, string]>([
    ['docx', 'application/wps-office.docx', word],
    ['docx', 'application/vnd.ms-office', word],
    ['docx', 'application/zip', word],
    ['docx', 'application/x-zip-compressed', word],
    ['odp', 'application/zip', 'application/vnd.oasis.opendocument.presentation'],
    ['m4a', 'audio/mpeg', 'audio/mp4'],
    ['m4a', 'audio/aac', 'audio/mp4'],
    ['mp4', 'audio/mp4', 'audio/mp4'],
    ['mp4', 'audio/mp4;codecs=opus', 'audio/mp4'],
    ['mp4', 'video/mp4', 'video/mp4'],
    ['mp4', '', 'video/mp4'],
    ['jpg', 'image/x-citrix-jpeg', 'image/jpeg'],
    ['jpg', 'binary/octet-stream', 'image/jpeg'],
    ['jpg', 'application/octet-stream; x=y', 'image/jpeg'],
    ['jpg', 'image/*', 'image/jpeg'],
    ['jpg', '*/*', 'image/jpeg'],
    ['jpg', 'image/jpeg; name=my photo.jpg', 'image/jpeg'],
    ['jfif', 'image/jpeg', 'image/jpeg'],
    ['jpe', 'image/pjpeg', 'image/jpeg'],
    ['oga', 'audio/ogg', 'audio/ogg'],
    ['qt', 'video/quicktime', 'video/quicktime'],
    ['amr', undefined, 'audio/amr'],
    ['heic', undefined, 'image/heic'],
    ['csv', 'text/tab-separated-values', 'text/csv'],
  ])('of .%s as %s is taken for %s', (extension, contentType, mime) => {
    expect(admit(extension, contentType)).toBe(mime);
  });

  it.each([
    ...['text/html', 'application/xhtml+xml', 'image/svg+xml', 'text/xml', 'application/xml', 'application/rss+xml'],
    ...['text/javascript', 'application/x-javascript', 'application/ecmascript', 'application/wasm', 'text/css'],
    ...['application/json', 'application/x-sh', 'application/x-php', 'text/x-python', 'application/java-archive'],
    ...['application/x-msdownload', 'application/x-msdos-program', 'application/x-executable', 'application/x-msi'],
    ...['application/vnd.android.package-archive', 'application/x-ms-shortcut', 'application/x-shockwave-flash'],
    ...['application/zip', 'application/x-rar-compressed', 'application/vnd.rar', 'application/x-7z-compressed'],
    ...['application/gzip', 'application/x-tar', 'application/x-xz', 'application/vnd.ms-cab', 'application/hta'],
    ...['message/rfc822', 'multipart/related', 'application/vnd.ms-word.document.macroEnabled.12'],
    ...['application/pdf', 'video/mp4', 'image/jpeg', 'image/png\tx', 'image', 'image/', '/png', 'image/png/x', 'é/ü'],
  ])('of .png as %j says another thing, and is refused', (contentType) => {
    expect(saysNothing(contentType)).toBe(false);
    expect(() => admit('png', contentType)).toThrow(refused);
  });

  it.each(['html', 'svg', 'exe', 'zip', 'eml', 'dcm', 'tiff', '', '__proto__'])(
    'says nothing that would let .%s in',
    (extension) => {
      for (const contentType of ['', 'application/octet-stream', 'image/x-citrix-jpeg', 'image/*', 'application/zip'])
        expect(() => admit(extension, contentType)).toThrow(refused);
    },
  );

  it('of a kind that is switched on is taken, and only there', () => {
    const accepted = acceptedWith({ documents: ['dicom', 'rtf'], images: ['tiff'] });
    const taken = (extension: string, contentType: string) => admitDeclared({ extension, contentType }, accepted).mime;
    expect(taken('dcm', '')).toBe('application/dicom');
    expect(taken('dcm', 'application/dicom')).toBe('application/dicom');
    expect(taken('rtf', 'text/rtf')).toBe('application/rtf');
    expect(taken('tif', 'image/tiff')).toBe('image/tiff');
    expect(() => taken('bmp', 'image/bmp')).toThrow(refused);
    expect(acceptedType('application/dicom').inline).toBe(false);
  });

  it.each<[string, string, RegExp]>([
    ['png', 'image/jpeg', /ends in \.png, the declared type is image\/jpeg\. Declare image\/png, or rename the file\./],
    ['png', 'x<script>', /ends in \.png, the declared type is that of another kind\./],
    [
      'dcm',
      'application/dicom',
      /ends in \.dcm\. This kind of file is not accepted here\. This kind can be switched on/,
    ],
    ['ex<e', 'x/y', /The name has no known ending\. This kind of file is not accepted here\. Accepted: jpg, /],
  ])('of .%s as %s is refused with what helps', (extension, contentType, message) => {
    expect(() => admit(extension, contentType)).toThrow(message);
  });
});
