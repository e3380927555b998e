// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.bundle.ExportRecord;
import io.tallystick.bundle.Manifest;

/**
 * A data file of a bundle.
 *
 * @param content what the manifest says of it: name, length, lines and digest of the uncompressed content
 * @param stored the object in the store, with the digest of its bytes
 */
public record DataFile(Manifest.DataFile content, ExportRecord.StoredFile stored) {}
