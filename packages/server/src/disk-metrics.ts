import { statfs } from 'node:fs/promises';
import { Gauge, type Registry } from 'prom-client';

/** Room on the disk of the data folder: with none left the embedded database stops. Read when Prometheus asks. */
export function diskMetrics(registry: Registry, dataDirectory: string): void {
  const registers = [registry];
  new Gauge({
    name: 'fleetune_data_disk_size_bytes',
    help: 'Size of the file system that holds the data folder.',
    registers,
    async collect() {
      const { blocks, bsize } = await statfs(dataDirectory);
      this.set(blocks * bsize);
    },
  });
  new Gauge({
    name: 'fleetune_data_disk_available_bytes',
    help: 'What the server may still write on that file system.',
    registers,
    async collect() {
      const { bavail, bsize } = await statfs(dataDirectory);
      this.set(bavail * bsize);
    },
  });
}
