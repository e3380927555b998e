// SPDX-License-Identifier: Apache-2.0
/** Tests of the registry. */
package io.tallystick.anchor.registry;
