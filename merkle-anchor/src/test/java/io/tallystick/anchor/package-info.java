// SPDX-License-Identifier: Apache-2.0
/** Tests of the shell, and what all tests of this module share. */
package io.tallystick.anchor;
