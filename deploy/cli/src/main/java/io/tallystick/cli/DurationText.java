// SPDX-License-Identifier: Apache-2.0
package io.tallystick.cli;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as people write them: {@code 0}, {@code 90s}, {@code 15m}, {@code 24h}, {@code 7d}. */
final class DurationText implements ITypeConverter<Duration> {
    private static final Pattern FORM = Pattern.compile("(0|[1-9][0-9]{0,8})([smhd]?)");
    private static final Map<String, Duration> UNITS = Map.of(
            "s", Duration.ofSeconds(1), "m", Duration.ofMinutes(1), "h", Duration.ofHours(1), "d", Duration.ofDays(1));

    @Override
    public Duration convert(String text) {
        Matcher matcher = FORM.matcher(text);
        boolean readable =
                matcher.matches() && (text.equals("0") || !matcher.group(2).isEmpty());
        if (!readable) {
            throw new TypeConversionException("'" + text + "' is not a duration: write 90s, 15m, 24h, 7d, or 0");
        }
        return UNITS.getOrDefault(matcher.group(2), Duration.ZERO).multipliedBy(Long.parseLong(matcher.group(1)));
    }

    /** In the largest unit that says it exactly. */
    static String of(Duration duration) {
        if (duration.isZero()) {
            return "0";
        }
        for (String unit : new String[] {"d", "h", "m", "s"}) {
            long millis = UNITS.get(unit).toMillis();
            if (duration.toMillis() % millis == 0) {
                return duration.toMillis() / millis + unit;
            }
        }
        return duration.toMillis() + "ms";
    }
}
