/** Any service that speaks S3. Without keys the AWS SDK's own chain of credentials is used. */
export interface S3Endpoint {
  readonly endpoint?: string;
  readonly region?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  /** `https://endpoint/bucket/key`. Default: true when an endpoint is given. */
  readonly forcePathStyle?: boolean;
}
