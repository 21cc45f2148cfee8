package dev.htbin.admin;

import static java.util.Objects.requireNonNull;

import dev.htbin.admin.History.Span;
import dev.htbin.http.Html;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * A picture of the last minutes as SVG, with what its axes and colours mean. Series are drawn one upon the other: the first is the hindmost.
 *
 * @param title what is shown, and in which unit
 * @param series the figures; at least one
 * @param shape how they are drawn
 */
record Plot(String title, List<Series> series, Shape shape) {
    private static final int HEIGHT = 100;
    /** The ends of axes that are tried, and ten times those, and so on. */
    private static final double[] ROUND = {1, 2, 5, 10};
    /** Where a logarithmic axis begins. */
    private static final double LEAST = 0.1;

    Plot {
        requireNonNull(title, "title");
        series = List.copyOf(series);
        requireNonNull(shape, "shape");
    }

    /** How figures are drawn. */
    enum Shape {
        /** A bar for each span, from 0. */
        BARS,
        /** A line from span to span where anything ended, on a logarithmic axis: what is usual and what is rare differ by far. */
        LINES
    }

    /**
     * Figures of one kind.
     *
     * @param name what they are
     * @param style the class that has their colour
     * @param value the figure of a span
     * @param top how high that is drawn: of figures that are stacked, with those that are drawn upon it
     */
    record Series(String name, String style, ToDoubleFunction<Span> value, ToDoubleFunction<Span> top) {
        /** Figures that are drawn as high as they are. */
        Series(String name, String style, ToDoubleFunction<Span> value) {
            this(name, style, value, value);
        }
    }

    /** Writes the picture. */
    void write(List<Span> spans, StringBuilder html) {
        List<Double> marks = marks(series.stream()
                .flatMapToDouble(s -> spans.stream().mapToDouble(s.top()))
                .max()
                .orElse(0));
        // The last span is not over yet.
        Span present = spans.get(spans.size() - 2);
        html.append("<figure>\n<figcaption>").append(Html.escape(title));
        for (Series one : series) {
            html.append(" <span class=\"key %s\">%s %s</span>"
                    .formatted(
                            one.style(),
                            Html.escape(one.name()),
                            number(one.value().applyAsDouble(present))));
        }
        html.append("</figcaption>\n<div class=\"plot\"><div class=\"axis\">");
        marks.reversed()
                .forEach(mark -> html.append("<span>").append(number(mark)).append("</span>"));
        html.append("</div>\n<svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"%s\">\n"
                .formatted(spans.size(), HEIGHT, Html.escape(title)));
        html.append("<path class=\"grid\" d=\"");
        for (int i = 1; i < marks.size() - 1; i++) {
            html.append("M0 %s H%d".formatted(place((double) i / (marks.size() - 1)), spans.size()));
        }
        html.append("\"/>\n");
        for (Series one : series) {
            draw(one, spans, marks, html);
        }
        html.append("</svg></div>\n<div class=\"time\"><span>%d min ago</span><span>now</span></div>\n</figure>\n"
                .formatted(History.SPAN.toSeconds() * spans.size() / 60));
    }

    private void draw(Series one, List<Span> spans, List<Double> marks, StringBuilder html) {
        var path = new StringBuilder();
        boolean down = false;
        for (int i = 0; i < spans.size(); i++) {
            double value = one.top().applyAsDouble(spans.get(i));
            if (shape == Shape.LINES) {
                boolean any = value > 0;
                if (any) {
                    path.append("%s%d %sh1".formatted(down ? "L" : "M", i, place(share(value, marks))));
                }
                down = any;
            } else if (value > 0) {
                path.append("M%d %dV%sh1V%d".formatted(i, HEIGHT, place(share(value, marks)), HEIGHT));
            }
        }
        html.append("<path class=\"%s %s\" d=\"%s\"/>\n"
                .formatted(shape == Shape.BARS ? "bars" : "line", one.style(), path));
    }

    /** Returns what stands at the axis, from its beginning to its end, at equal distances. */
    private List<Double> marks(double greatest) {
        if (shape == Shape.BARS) {
            double end = axisEnd(greatest);
            return List.of(0.0, end / 2, end);
        }
        var decades = new ArrayList<Double>(List.of(LEAST, LEAST * 10));
        while (decades.getLast() < greatest) {
            decades.add(decades.getLast() * 10);
        }
        return decades;
    }

    /** Returns how far up the axis a figure is, from 0 to 1. */
    private double share(double value, List<Double> marks) {
        return shape == Shape.BARS
                ? value / marks.getLast()
                : Math.clamp(Math.log10(value / LEAST) / (marks.size() - 1), 0, 1);
    }

    /** Returns the end of an axis: a round figure that none is beyond. */
    static double axisEnd(double greatest) {
        double unit = LEAST;
        while (unit * 10 < greatest) {
            unit *= 10;
        }
        for (double round : ROUND) {
            if (unit * round >= greatest) {
                return unit * round;
            }
        }
        return greatest;
    }

    private static String place(double share) {
        return String.format(Locale.ROOT, "%.1f", HEIGHT - share * HEIGHT);
    }

    /** Returns a figure with as many decimals as it is worth. */
    static String number(double value) {
        boolean whole = value >= 100 || Math.abs(value - Math.rint(value)) < 0.005;
        return String.format(Locale.ROOT, whole ? "%.0f" : value < 1 ? "%.2f" : "%.1f", value)
                .replaceFirst("(\\.[0-9])0$", "$1");
    }
}
