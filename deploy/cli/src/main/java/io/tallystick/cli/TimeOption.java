// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import io.tallystick.verify.TimeText;
import java.time.Instant;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Times of all options, in the forms of {@link TimeText}. */
final class TimeOption implements ITypeConverter<Instant> {
    /** What every option that takes a time says of it. */
    static final String HELP = "Times are UTC: " + TimeText.FORMS + "; a date is its first instant.";

    @Override
    public Instant convert(String text) {
        try {
            return TimeText.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
