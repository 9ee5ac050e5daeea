export type CompressionType = 'None' | 'Gzip';

/**
 * How a program gets a channel. File: a folder, complete before the program starts. FastFile: the same folder, whose
 * bytes come when they are read. Pipe: a FIFO for each pass over the data.
 */
export type InputMode = 'File' | 'FastFile' | 'Pipe';

/** What `uri` names: a file, folder or key prefix; a JSON list of objects; or JSON lines that name and hold data. */
export type ChannelDataType = 'S3Prefix' | 'ManifestFile' | 'AugmentedManifestFile';

/** Whether each host of a training job gets all objects of a channel, or its share of them. */
export type ChannelDistribution = 'FullyReplicated' | 'ShardedByS3Key';

/** A named input, given to the program below `/opt/ml/input/data`. */
export interface Channel {
  readonly name: string;
  /** `file://` or `s3://` file, folder or key prefix; with a manifest, the manifest. */
  readonly uri: string;
  readonly contentType?: string;
  readonly compression: CompressionType;
  /** Default: File. */
  readonly inputMode?: InputMode;
  /** Default: S3Prefix. */
  readonly dataType?: ChannelDataType;
  /** Default: FullyReplicated. */
  readonly distribution?: ChannelDistribution;
  /** Of an augmented manifest: what is taken from each line, in this order. */
  readonly attributeNames?: readonly string[];
  /** RecordIO puts each object (each attribute, with an augmented manifest) into a record. Default: None. */
  readonly recordWrapper?: 'None' | 'RecordIO';
  /** Given, the order of the objects is drawn anew for each pass of a Pipe channel, the same for the same seed. */
  readonly shuffleSeed?: number;
}

/** One sentence for each thing about a channel that does not fit together; empty when it can be served. */
export function channelFaults(channel: Channel): string[] {
  const faults: string[] = [];
  const named = `Channel "${channel.name}"`;
  const mode = channel.inputMode ?? 'File';
  const isAugmented = channel.dataType === 'AugmentedManifestFile';
  const attributes = channel.attributeNames ?? [];
  if (isAugmented && mode !== 'Pipe') {
    faults.push(`${named} is an AugmentedManifestFile, which can only be piped; its InputMode must be Pipe.`);
  }
  if (isAugmented && attributes.length === 0) {
    faults.push(`${named} is an AugmentedManifestFile; AttributeNames must say what to take from each line.`);
  }
  if (!isAugmented && attributes.length > 0) {
    faults.push(`${named} has AttributeNames, which only an AugmentedManifestFile can have; leave them out.`);
  }
  if (channel.recordWrapper === 'RecordIO' && mode !== 'Pipe') {
    faults.push(
      `${named} asks for RecordIO, which only Pipe mode writes; leave RecordWrapperType out in ${mode} mode.`,
    );
  }
  if (channel.compression === 'Gzip' && mode === 'FastFile') {
    faults.push(`${named} is Gzip; FastFile shows objects as they are stored, so use File or Pipe.`);
  }
  return faults;
}
