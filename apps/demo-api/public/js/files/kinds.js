import { icon } from '../dom.js';

const sheet = 'M6 3h8l4 4v14H6zM14 3v4h4';
const drawings = {
  image: ['M4 5h16v14H4z', 'M4 16l4.5-4.5 3.5 3.5 3-3 5 5', 'M15.5 9.5h.01'],
  video: ['M3 6h13v12H3z', 'M16 10.5l5-3v9l-5-3'],
  audio: ['M4 10v4', 'M8 7v10', 'M12 4v16', 'M16 8v8', 'M20 10v4'],
  pdf: [sheet, 'M9 12h6', 'M9 16h4'],
  text: [sheet, 'M9 11h6', 'M9 14h6', 'M9 17h3'],
  archive: [sheet, 'M11 11h2', 'M11 14h2', 'M11 17h2'],
  document: [sheet, 'M9 13h6v5H9z'],
};

/** What a type is, for its icon, its colour and the way it is shown. */
export function kindOf(contentType) {
  const [family, name] = contentType.split(';')[0].split('/');
  if (family === 'image' || family === 'video' || family === 'audio' || family === 'text') return family;
  if (name === 'pdf') return 'pdf';
  return name === 'gzip' ? 'archive' : 'document';
}

export const kindIcon = (contentType) => icon(...drawings[kindOf(contentType)]);

/** What browsers draw without being asked twice; the rest has an icon. */
const drawn = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp'];

/** Larger pictures would be a download each. */
const largestPicture = 12 * 1024 * 1024;

export const hasPicture = ({ contentType, size = 0 }) => drawn.includes(contentType) && size <= largestPicture;
export const hasFrame = ({ contentType }) => contentType === 'video/mp4' || contentType === 'video/webm';

const short = { jpeg: 'JPEG', plain: 'TXT', quicktime: 'MOV', mpeg: 'MP3', gzip: 'GZ' };

/** `PNG`, `PDF`, for people. */
export function shortType(contentType, fileName = '') {
  const name = contentType.split(';')[0].split('/')[1] ?? '';
  const isLong = name.includes('.') || name.startsWith('x-') || name.startsWith('ms');
  return short[name] ?? (isLong ? fileName.split('.').pop() || 'file' : name).toUpperCase();
}
