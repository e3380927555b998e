// SPDX-License-Identifier: Apache-2.0
package io.tallystick.export.assemble;

import io.tallystick.export.store.Content;
import io.tallystick.tree.Hash;

/**
 * A data file that is ready to be stored.
 *
 * @param number its place among the files of its chain and window, from 0
 * @param lines number of lines
 * @param bytes length of the uncompressed content
 * @param sha256 digest of the uncompressed content
 * @param compressed its stored form
 */
public record SpooledFile(int number, long lines, long bytes, Hash sha256, Content compressed) {}
