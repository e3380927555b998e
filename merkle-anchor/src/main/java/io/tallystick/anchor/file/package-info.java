// SPDX-License-Identifier: Apache-2.0
/** Files that have one user at a time, among all processes. Knows nothing of what is in them. */
package io.tallystick.anchor.file;
