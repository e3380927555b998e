// SPDX-License-Identifier: Apache-2.0
/**
 * One HTTP request with limits on time and size: what the anchors' clients share. Decides nothing about what an answer means.
 */
package io.tallystick.anchor.http;
