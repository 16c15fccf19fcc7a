using System.Numerics;

namespace WildCam.Simulator.Scenes;

/// <summary>A body as one camera sees it: colour, cover, facing. Its arrays are kept for the next one.</summary>
sealed class Sprite
{
    const float Outside = 1e6f;

    float[] _distance = [];
    float[] _height = [];
    float[] _red = [];
    float[] _green = [];
    float[] _blue = [];
    float[] _fuzz = [];

    public int Left { get; set; }

    public int Top { get; set; }

    public int Width { get; set; }

    public int Height { get; set; }

    /// <summary>Where eyes shine and lamps burn, in pixels of the picture, with radius and strength.</summary>
    public List<(float X, float Y, float Radius, float Strength, bool InfraredOnly)> Glows { get; } = [];

    /// <summary>Draws a body whose origin stands at a pixel.</summary>
    public void Draw(Body body, float footX, float footY, float scale, float yaw, int pictureWidth, int pictureHeight,
        uint seed)
    {
        var (sin, cos) = MathF.SinCos(yaw);
        Vector3 Place(Vector3 p) => new(
            ((p.X * cos) + (p.Z * sin)) * scale, -p.Y * scale, ((-p.X * sin) + (p.Z * cos)) * scale);
        Bound(body, Place, footX, footY, scale, pictureWidth, pictureHeight);
        var count = Width * Height;
        if (_distance.Length < count)
        {
            _distance = new float[count];
            _height = new float[count];
            _red = new float[count];
            _green = new float[count];
            _blue = new float[count];
            _fuzz = new float[count];
        }

        Array.Fill(_distance, Outside, 0, count);
        Array.Fill(_height, -Outside, 0, count);
        var origin = new Vector3(footX - Left, footY - Top, 0);
        var index = 0u;
        foreach (var limb in body.Limbs)
        {
            Lay(limb, Place(limb.From) + origin, Place(limb.To) + origin, scale, seed + (index++ * 7));
        }

        foreach (var face in body.Faces)
        {
            Lay(face, Array.ConvertAll(face.Corners, c => Place(c) + origin), seed + (index++ * 7), scale);
        }

        Glows.Clear();
        foreach (var glow in body.Glows)
        {
            var at = Place(glow.At) + origin;
            var x = (int)at.X;
            var y = (int)at.Y;
            if (x >= 0 && y >= 0 && x < Width && y < Height
                && at.Z > _height[(y * Width) + x] - (glow.Radius * scale * 2.4f))
            {
                Glows.Add((at.X + Left, at.Y + Top, glow.Radius * scale, glow.Strength, glow.InfraredOnly));
            }
        }
    }

    void Bound(
        Body body, Func<Vector3, Vector3> place, float footX, float footY, float scale, int pictureWidth,
            int pictureHeight)
    {
        var low = new Vector2(Outside);
        var high = new Vector2(-Outside);
        void Take(Vector3 at, float reach)
        {
            low = Vector2.Min(low, new Vector2(at.X - reach, at.Y - reach));
            high = Vector2.Max(high, new Vector2(at.X + reach, at.Y + reach));
        }

        foreach (var limb in body.Limbs)
        {
            Take(place(limb.From), limb.FromRadius * scale * 1.05f);
            Take(place(limb.To), limb.ToRadius * scale * 1.05f);
        }

        foreach (var corner in body.Faces.SelectMany(f => f.Corners))
        {
            Take(place(corner), 1);
        }

        const int margin = 5;
        Left = Math.Clamp((int)(footX + low.X) - margin, 0, pictureWidth);
        Top = Math.Clamp((int)(footY + low.Y) - margin, 0, pictureHeight);
        Width = Math.Clamp((int)(footX + high.X) + margin, 0, pictureWidth) - Left;
        Height = Math.Clamp((int)(footY + high.Y) + margin, 0, pictureHeight) - Top;
    }

    void Lay(in Limb limb, Vector3 a, Vector3 b, float scale, uint seed)
    {
        var ra = limb.FromRadius * scale;
        var rb = limb.ToRadius * scale;
        var soft = Math.Max(0.6f, limb.Blend * scale);
        var reach = Math.Max(ra, rb) + soft + 2;
        var left = Math.Max(0, (int)(Math.Min(a.X, b.X) - reach));
        var right = Math.Min(Width - 1, (int)(Math.Max(a.X, b.X) + reach));
        var top = Math.Max(0, (int)(Math.Min(a.Y, b.Y) - reach));
        var bottom = Math.Min(Height - 1, (int)(Math.Max(a.Y, b.Y) + reach));
        var line = new Vector2(b.X - a.X, b.Y - a.Y);
        var length = Math.Max(line.Length(), 0.01f);
        var unit = line / length;
        var inverse = 1f / length;
        var tint = new CoatPaint(limb.Coat, scale, seed);
        for (var row = top; row <= bottom; row++)
        {
            for (var column = left; column <= right; column++)
            {
                var px = column - a.X;
                var py = row - a.Y;
                var along = (px * unit.X) + (py * unit.Y);
                var t = Math.Clamp(along * inverse, 0f, 1f);
                var radius = ra + ((rb - ra) * t);
                var dx = px - (line.X * t);
                var dy = py - (line.Y * t);
                var away = MathF.Sqrt((dx * dx) + (dy * dy));
                var distance = away - radius;
                if (distance > soft + 2)
                {
                    continue;
                }

                var at = (row * Width) + column;
                var middle = a.Z + ((b.Z - a.Z) * t);
                var height = distance > 0 ? middle - (3f * distance)
                    : middle + MathF.Sqrt((radius * radius) - (away * away));
                var old = _distance[at];
                var mix = Math.Clamp(0.5f + (0.5f * (old - distance) / soft), 0f, 1f);
                _distance[at] = old >= Outside ? distance : old + ((distance - old) * mix) - (soft * mix * (1f - mix));
                var over = _height[at] <= -Outside
                    ? 1f
                    : Math.Clamp(0.5f + (0.5f * (height - _height[at]) / soft), 0f, 1f);
                if (over <= 0f)
                {
                    continue;
                }

                _height[at] = over >= 1f ? height : _height[at] + ((height - _height[at]) * over)
                    + (soft * over * (1f - over));
                var up = -dy / Math.Max(radius, 0.5f);
                var across = ((px * -unit.Y) + (py * unit.X)) / scale;
                var color = tint.At(along / scale, across, t, up, out var fuzz);
                _red[at] = over >= 1f ? color.X : _red[at] + ((color.X - _red[at]) * over);
                _green[at] = over >= 1f ? color.Y : _green[at] + ((color.Y - _green[at]) * over);
                _blue[at] = over >= 1f ? color.Z : _blue[at] + ((color.Z - _blue[at]) * over);
                _fuzz[at] = fuzz;
            }
        }
    }

    void Lay(in Face face, Vector3[] corners, uint seed, float scale)
    {
        var normal = Vector3.Cross(corners[1] - corners[0], corners[2] - corners[0]);
        if (Math.Abs(normal.Z) < 1e-3f)
        {
            return;
        }

        var left = Math.Max(0, (int)corners.Min(c => c.X));
        var right = Math.Min(Width - 1, (int)corners.Max(c => c.X) + 1);
        var top = Math.Max(0, (int)corners.Min(c => c.Y));
        var bottom = Math.Min(Height - 1, (int)corners.Max(c => c.Y) + 1);
        var paint = Linear.Of(face.Color);
        for (var row = top; row <= bottom; row++)
        {
            for (var column = left; column <= right; column++)
            {
                var edge = float.MaxValue;
                for (var n = 0; n < corners.Length; n++)
                {
                    var p = corners[n];
                    var q = corners[(n + 1) % corners.Length];
                    var turn = ((q.X - p.X) * (row - p.Y)) - ((q.Y - p.Y) * (column - p.X));
                    var size = MathF.Sqrt(((q.X - p.X) * (q.X - p.X)) + ((q.Y - p.Y) * (q.Y - p.Y)));
                    edge = Math.Min(edge, turn * MathF.Sign(normal.Z) / Math.Max(size, 0.01f));
                }

                var height = corners[0].Z
                    - (((normal.X * (column - corners[0].X)) + (normal.Y * (row - corners[0].Y))) / normal.Z);
                var at = (row * Width) + column;
                if (edge < -0.5f || height <= _height[at])
                {
                    continue;
                }

                var high = (row - top) / Math.Max(1f, bottom - top);
                var dirt = Noise.Octaves(column / scale * 2f, row / scale * 3f, 3, seed) * (0.25f + (0.3f * high));
                var shine = face.Gloss * Math.Clamp(0.75f - (high * 1.6f), 0f, 0.6f);
                _height[at] = height;
                _distance[at] = Math.Min(_distance[at], -edge);
                _fuzz[at] = 0;
                _red[at] = (paint.X * (1f - dirt)) + (0.17f * dirt) + shine;
                _green[at] = (paint.Y * (1f - dirt)) + (0.13f * dirt) + shine;
                _blue[at] = (paint.Z * (1f - dirt)) + (0.09f * dirt) + (shine * 1.1f);
            }
        }
    }

    /// <summary>The body at a pixel of the sprite; false where it is not.</summary>
    public bool TryRead(int column, int row, out float cover, out Vector3 color, out Vector3 facing)
    {
        var at = (row * Width) + column;
        cover = Math.Clamp(0.5f - _distance[at] + _fuzz[at], 0f, 1f);
        if (cover <= 0.02f || _height[at] <= -Outside)
        {
            color = facing = default;
            return false;
        }

        color = new Vector3(_red[at], _green[at], _blue[at]);
        var l = Slope(at, column > 0 ? at - 1 : at);
        var r = -Slope(at, column + 1 < Width ? at + 1 : at);
        var u = Slope(at, row > 0 ? at - Width : at);
        var d = -Slope(at, row + 1 < Height ? at + Width : at);
        facing = Vector3.Normalize(new Vector3(-(l + r) * 0.5f, (u + d) * 0.5f, 1f));
        return true;
    }

    float Slope(int at, int other) =>
        _height[other] <= -Outside ? 0f : Math.Clamp(_height[at] - _height[other], -3f, 3f);
}

/// <summary>Colours as amounts of light, not as steps of a screen.</summary>
static class Linear
{
    public static Vector3 Of(uint rgb) => new(
        Of((byte)(rgb >> 16)), Of((byte)(rgb >> 8)), Of((byte)rgb));

    public static float Of(byte step) => MathF.Pow(step / 255f, 2.2f);
}
