import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { FileStore } from '@tus/file-store';
import { KargahError } from '../../errors.js';
import { isErrno } from '../folders.js';

/**
 * Unfinished uploads as files. tus' own store answers every failed write alike; ours says when the disk is full. What was
 * received before a failure stays, and the file's length is the offset to go on from.
 */
export class UploadFiles extends FileStore {
  constructor(directory: string) {
    super({ directory });
    this.extensions = ['creation', 'creation-with-upload', 'termination', 'expiration'];
  }

  override async create(file: Parameters<FileStore['create']>[0]): ReturnType<FileStore['create']> {
    return naming(() => super.create(file));
  }

  override async write(readable: Readable, fileId: string, offset: number): Promise<number> {
    let received = 0;
    const counted = async function* (source: AsyncIterable<Buffer>) {
      for await (const chunk of source) {
        received += chunk.length;
        yield chunk;
      }
    };
    const file = createWriteStream(this.path(fileId), { flags: 'r+', start: offset });
    await naming(() => pipeline(readable, counted, file));
    return offset + received;
  }

  private path(fileId: string): string {
    return `${this.directory}/${fileId}`;
  }
}

async function naming<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isErrno(error, 'ENOSPC', 'EDQUOT')) throw new KargahError('storage_full', {}, { cause: error });
    throw error;
  }
}
