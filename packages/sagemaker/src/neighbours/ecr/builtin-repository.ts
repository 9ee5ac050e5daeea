import { AwsError } from '../../wire/aws-error.js';
import type { NeighbourContext } from '../operation.js';

/** A repository of the images of a built-in algorithm. */
export interface BuiltinRepository {
  readonly registryId: string;
  /** Such as `sagemaker-xgboost`. */
  readonly name: string;
  /** Without a tag. */
  readonly uri: string;
}

/** @throws RepositoryNotFoundException for every repository but those of the built-in algorithms. */
export function builtinRepository(
  name: string,
  registryId: string | undefined,
  { account, images }: NeighbourContext,
): BuiltinRepository {
  const registry = registryId ?? account.accountId;
  const uri = `${registry}.dkr.ecr.${account.region}.amazonaws.com/${name}`;
  if (images.resolve(uri) === undefined) throw new RepositoryNotFoundException(name, registry);
  return { registryId: registry, name, uri };
}

class RepositoryNotFoundException extends AwsError {
  override readonly name = 'RepositoryNotFoundException';
  constructor(repository: string, registryId: string) {
    super(
      'RepositoryNotFoundException',
      400,
      `The repository with name '${repository}' does not exist in the registry with id '${registryId}': Fleetune knows the images of its built-in algorithms only.`,
    );
  }
}
