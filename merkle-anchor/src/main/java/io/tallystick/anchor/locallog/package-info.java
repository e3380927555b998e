// SPDX-License-Identifier: Apache-2.0
/**
 * A transparency log in a file, for sites without a connection: append-only, with a tree and a key of its own. It protects as
 * far as the file lies where the ledger's operator cannot write: another owner, another machine, WORM media.
 */
package io.tallystick.anchor.locallog;
