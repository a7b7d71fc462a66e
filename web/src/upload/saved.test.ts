// SPDX-License-Identifier: Apache-2.0
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { isSameFile, markOf, SavedUploads, type SavedUpload } from './saved';

const upload = (n: number): SavedUpload => ({
  url: `/api/v1/uploads/00000000-0000-4000-8000-00000000000${n}`, name: `${n}.mp4`, bytes: 10 + n, modified: 1700000000000 + n,
});

beforeEach(() => localStorage.clear());

describe('SavedUploads', () => {
  it('keeps uploads over a reload, each once', () => {
    new SavedUploads('a').put(upload(1));
    new SavedUploads('a').put(upload(2));
    new SavedUploads('a').put({ ...upload(1), jobId: 'j', videoId: 'v' });
    expect(new SavedUploads('a').all()).toEqual([upload(2), { ...upload(1), jobId: 'j', videoId: 'v' }]);
  });

  it('shows nobody the file names of another account', () => {
    new SavedUploads('a').put(upload(1));
    expect(new SavedUploads('b').all()).toEqual([]);
    new SavedUploads('b').remove(upload(1).url);
    expect(new SavedUploads('a').all()).toHaveLength(1);
  });

  it('leaves nothing behind when the last is removed', () => {
    const saved = new SavedUploads('a');
    saved.put(upload(1));
    saved.remove(upload(1).url);
    expect(localStorage).toHaveLength(0);
  });

  it('reads over what is broken or leads elsewhere', () => {
    localStorage.setItem('tapmask.uploads.a', JSON.stringify([
      null, 7, {}, { ...upload(1), url: 'https://elsewhere.example/api/v1/uploads/00000000-0000-4000-8000-000000000001' },
      { ...upload(1), url: '/api/v1/uploads/../me' }, { ...upload(1), bytes: '11' }, { ...upload(1), bytes: 0 },
      { ...upload(1), jobId: 5 }, upload(2),
    ]));
    expect(new SavedUploads('a').all()).toEqual([upload(2)]);
    localStorage.setItem('tapmask.uploads.a', '{"not": "a list"}');
    expect(new SavedUploads('a').all()).toEqual([]);
    localStorage.setItem('tapmask.uploads.a', '[{');
    expect(new SavedUploads('a').all()).toEqual([]);
  });

  it('does without when the storage is full', () => {
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    const saved = new SavedUploads('a');
    saved.put(upload(1));
    expect(saved.all()).toEqual([]);
  });
});

describe('isSameFile', () => {
  it('tells files apart by name, size and time of change', () => {
    const file = new File(['abc'], 'a.mp4', { lastModified: 5 });
    const mark = { name: 'a.mp4', bytes: 3, modified: 5 };
    expect(isSameFile(mark, markOf(file))).toBe(true);
    expect(isSameFile({ ...mark, name: 'b.mp4' }, markOf(file))).toBe(false);
    expect(isSameFile({ ...mark, bytes: 4 }, markOf(file))).toBe(false);
    expect(isSameFile({ ...mark, modified: 6 }, markOf(file))).toBe(false);
  });
});
