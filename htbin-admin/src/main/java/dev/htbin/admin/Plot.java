package dev.htbin.admin;

import static java.util.Objects.requireNonNull;

import dev.htbin.admin.History.Span;
import dev.htbin.http.Html;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * A picture of the last minutes as SVG, with what its axes and colours mean. Series are drawn one upon the other: the first is the hindmost.
 *
 * @param title what is shown, and in which unit
 * @param series the figures; at least one
 * @param shape how they are drawn
 */
record Plot(String title, List<Series> series, Shape shape) {
    private static final int HEIGHT = 100;
    /** Times above the axis at which the next greater end of the axis is tried. */
    private static final double[] STEPS = {1, 2, 5, 10};

    Plot {
        requireNonNull(title, "title");
        series = List.copyOf(series);
        requireNonNull(shape, "shape");
    }

    /** How figures are drawn. */
    enum Shape {
        /** A bar for each span. */
        BARS,
        /** A line from span to span, where anything ended. */
        LINES
    }

    /**
     * Figures of one kind.
     *
     * @param name what they are
     * @param style the class that has their colour
     * @param value the figure of a span
     */
    record Series(String name, String style, ToDoubleFunction<Span> value) {}

    /** Writes the picture. */
    void write(List<Span> spans, StringBuilder html) {
        double greatest = series.stream()
                .flatMapToDouble(s -> spans.stream().mapToDouble(s.value()))
                .max()
                .orElse(0);
        double end = axisEnd(greatest);
        html.append("<figure>\n<figcaption>").append(Html.escape(title));
        for (Series one : series) {
            html.append(" <span class=\"key %s\">%s</span>".formatted(one.style(), Html.escape(one.name())));
        }
        html.append("</figcaption>\n<div class=\"plot\"><div class=\"axis\"><span>%s</span><span>0</span></div>\n"
                .formatted(number(end)));
        html.append("<svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"%s\">\n"
                .formatted(spans.size(), HEIGHT, Html.escape(title)));
        html.append("<path class=\"grid\" d=\"M0 %1$d H%2$d\"/>\n".formatted(HEIGHT / 2, spans.size()));
        for (Series one : series) {
            draw(one, spans, end, html);
        }
        html.append("</svg></div>\n<div class=\"time\"><span>%d min ago</span><span>now</span></div>\n</figure>\n"
                .formatted(History.SPAN.toSeconds() * spans.size() / 60));
    }

    private void draw(Series one, List<Span> spans, double end, StringBuilder html) {
        double[] heights = spans.stream().mapToDouble(one.value()).toArray();
        var path = new StringBuilder();
        switch (shape) {
            case BARS ->
                IntStream.range(0, heights.length)
                        .filter(i -> heights[i] > 0)
                        .forEach(i -> path.append("M%d %dV%sh1V%d".formatted(i, HEIGHT, y(heights[i], end), HEIGHT)));
            case LINES -> {
                boolean down = false;
                for (int i = 0; i < heights.length; i++) {
                    boolean any = spans.get(i).rate() > 0;
                    if (any) {
                        // A span that stands alone is a line of its own width.
                        path.append("%s%d %sh1".formatted(down ? "L" : "M", i, y(heights[i], end)));
                    }
                    down = any;
                }
            }
        }
        html.append("<path class=\"%s %s\" d=\"%s\"/>\n"
                .formatted(shape == Shape.BARS ? "bars" : "line", one.style(), path));
    }

    /** Returns the end of an axis: a round figure that none is beyond. */
    static double axisEnd(double greatest) {
        double unit = 0.1;
        while (unit * STEPS[STEPS.length - 1] < greatest) {
            unit *= 10;
        }
        for (double step : STEPS) {
            if (unit * step >= greatest) {
                return unit * step;
            }
        }
        return greatest;
    }

    private static String y(double value, double end) {
        return String.format(Locale.ROOT, "%.1f", HEIGHT - value / end * HEIGHT);
    }

    /** Returns a figure with as many decimals as it is worth. */
    static String number(double value) {
        return String.format(Locale.ROOT, value == Math.rint(value) ? "%.0f" : "%.1f", value);
    }
}
