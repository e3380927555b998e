// SPDX-License-Identifier: Apache-2.0
// The container of the lane, seen through Microsoft's own client for JavaScript:
//   container.js create | fetch <prefix> <directory> | count <prefix>
// The connection string comes from the file that AZURE_FILE names.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { BlobServiceClient } = require('@azure/storage-blob');

async function main([command, prefix, directory]) {
  const text = fs.readFileSync(process.env.AZURE_FILE, 'utf8').trim();
  const container = BlobServiceClient.fromConnectionString(text).getContainerClient('evidence');
  if (command === 'create') {
    await container.createIfNotExists();
    return;
  }
  let count = 0;
  for await (const blob of container.listBlobsFlat({ prefix })) {
    count++;
    if (command === 'fetch') {
      const file = path.join(directory, blob.name.slice(prefix.length));
      if (!fs.existsSync(file)) {
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, await container.getBlobClient(blob.name).downloadToBuffer());
      }
    }
  }
  console.log(count);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
