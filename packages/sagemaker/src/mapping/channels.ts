import type { Channel } from '@aws-sdk/client-sagemaker';
import type { Channel as DomainChannel } from '@fleetune/domain';
import { type ConstraintFault, elementPath, joinPath } from '../model/constraint-fault.js';
import type { Validated } from '../model/validated.js';

/** @param path of the list, for faults. */
export function channelsOf(
  channels: readonly Validated<Channel>[],
  path: string,
  faults: ConstraintFault[],
): readonly DomainChannel[] {
  return channels.map((channel, index) => {
    const sourcePath = joinPath(elementPath(path, index), 'dataSource.s3DataSource');
    const source = channel.DataSource.S3DataSource;
    if (source === undefined)
      faults.push({ path: sourcePath, value: undefined, constraint: 'Member must not be null' });
    return {
      name: channel.ChannelName,
      uri: source === undefined ? '' : storageUri(source.S3Uri, joinPath(sourcePath, 's3Uri'), faults),
      ...(channel.ContentType ? { contentType: channel.ContentType } : {}),
      compression: channel.CompressionType ?? 'None',
    };
  });
}

/** The API model lets `https://` through, where nothing of Fleetune's can write and little can read. */
export function storageUri(uri: string, path: string, faults: ConstraintFault[]): string {
  if (!/^(s3|file):\/\//.test(uri)) {
    faults.push({ path, value: uri, constraint: 'Member must begin with s3:// or file://' });
  }
  return uri;
}
