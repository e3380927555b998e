// SPDX-License-Identifier: Apache-2.0
/** Tests of the anchors' core. */
package io.tallystick.anchor.external;
