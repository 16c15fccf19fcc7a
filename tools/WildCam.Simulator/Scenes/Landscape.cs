namespace WildCam.Simulator.Scenes;

/// <summary>Builds what stands before one camera: sky, ridges, ground, trees, bushes, rocks, grass.</summary>
sealed class Landscape
{
    /// <summary>Between these distances the middle of the view stays free of trunks, for animals to pass.</summary>
    const float StageNear = 2.6f;
    const float StageFar = 15f;

    readonly BiomeLook _look;
    readonly SceneLayers _layers;
    readonly Perspective _view;
    readonly Plants _plants;
    readonly uint _noise;
    SeededRandom _random;

    Landscape(Biome biome, ulong seed, int width, int height)
    {
        _look = BiomeLook.Of(biome);
        _random = SeededRandom.For(seed, 1);
        _noise = (uint)_random.NextUInt64();
        _layers = new SceneLayers(width, height);
        _view = new Perspective(
            width, height, height * _random.Between(0.34f, 0.42f), _random.Between(-0.035f, 0.035f),
            _random.Between(0.75f, 1.0f));
        _plants = new Plants(_look, _layers, _view, _noise);
    }

    /// <summary>The layers of a camera, and how it looks at them.</summary>
    public static (SceneLayers Layers, Perspective View) Build(Biome biome, ulong seed, int width, int height)
    {
        var land = new Landscape(biome, seed, width, height);
        land.Sky();
        land.Ridges();
        land.Ground();
        land.FarTrees();
        land.Stand();
        land.Overhang();
        land._layers.Soften();
        return (land._layers, land._view);
    }

    void Sky()
    {
        for (var row = 0; row < _view.Height; row++)
        {
            for (var column = 0; column < _view.Width; column++)
            {
                var x = column * 5f / _view.Width;
                var y = 9f * row / _view.Height;
                var cloud = Noise.Octaves(x + (2f * Noise.At(x, y, _noise)), y, 4, _noise + 77);
                var at = (row * _view.Width) + column;
                _layers.Red[at] = (byte)(255f * Math.Clamp((cloud - 0.36f) * 2.6f, 0f, 1f));
                _layers.Depth[at] = Perspective.Sky;
                _layers.Open[at] = 255;
            }
        }
    }

    void Ridges()
    {
        var count = _look.Ridge.Length;
        for (var n = 0; n < count; n++)
        {
            var metres = 190f - (n * 45f);
            var rise = _view.Height * (0.2f - (0.06f * n)) * _random.Between(0.7f, 1.2f);
            var mesa = _look.Wall == 0 && n < 2;
            var color = Paint.Of(_look.Ridge[n]).At(metres);
            var seed = _noise + 300 + ((uint)n * 13);
            for (var column = 0; column < _view.Width; column++)
            {
                var x = column / (float)_view.Width;
                var profile = Noise.Octaves(x * (2.2f + n), n * 7f, 5, seed);
                profile = mesa ? Math.Clamp((profile - 0.42f) * 5f, 0.12f, 0.85f) : profile;
                profile += 0.05f * Noise.At(x * 190f, n, seed + 9) * (mesa ? 0.4f : 1f);
                var top = _view.HorizonAt(column) - (rise * profile) + (_view.Height * 0.02f);
                for (var row = Math.Max(0, (int)top); row < _view.HorizonAt(column) + 4; row++)
                {
                    var bumps = Noise.Octaves(column * 0.035f, row * (mesa ? 0.16f : 0.08f), 4, seed + 31);
                    var laid = color.Times(0.62f + (0.76f * bumps))
                        .Lit(0.25f + (0.8f * bumps), 1.05f - (0.7f * bumps), 0.75f);
                    _layers.Lay((row * _view.Width) + column, Math.Clamp(row + 1 - top, 0f, 1f), laid);
                }
            }
        }
    }

    void Ground()
    {
        var tones = Array.ConvertAll(_look.Ground, Paint.Of);
        for (var row = 0; row < _view.Height; row++)
        {
            for (var column = 0; column < _view.Width; column++)
            {
                if (row < _view.HorizonAt(column))
                {
                    continue;
                }

                var metres = _view.GroundMetres(column, row);
                var x = (column - (_view.Width / 2f)) * metres / _view.Focal;
                var step = metres * metres / (_view.Focal * _view.CameraHeight);
                var texture = 0f;
                var slope = 0f;
                var frequency = 0.7f;
                var weight = 0.46f;
                for (var octave = 0u; octave < 8 && frequency * step < 0.8f; octave++)
                {
                    var fade = Math.Min(1f, 2f - (frequency * step * 2.4f));
                    var bump = Noise.At(x * frequency, metres * frequency, _noise + 40 + octave) - 0.5f;
                    texture += bump * weight * fade;
                    slope += (bump - (Noise.At((x * frequency) + 0.35f, metres * frequency,
                        _noise + 40 + octave) - 0.5f))
                        * fade * (0.3f + (0.1f * octave));
                    frequency *= 2.1f;
                    weight *= 0.74f;
                }

                var cover = Noise.Octaves(x * 0.45f, metres * 0.3f, 3, _noise + 5);
                var paint = cover < 0.5f
                    ? Paint.Between(tones[0], tones[1], Math.Clamp((cover - 0.3f) * 5f, 0f, 1f))
                    : Paint.Between(tones[1], tones[2], Math.Clamp((cover - 0.5f) * 5f, 0f, 1f));
                var contrast = _look.Snowy ? 0.22f : 0.95f;
                paint = paint.Times(1f + (contrast * texture));
                var (morning, afternoon) = Dapple(x, metres);
                var relief = _look.Snowy ? 0.5f : 1.1f;
                _layers.Lay((row * _view.Width) + column, 1f, paint
                    .Lit(morning * (0.72f + (slope * relief)), afternoon * (0.72f - (slope * relief)),
                        0.85f + (texture * 0.5f))
                    .At(metres));
            }
        }
    }

    /// <summary>Sun that falls through the canopy to a place on the ground, morning and afternoon.</summary>
    (float Morning, float Afternoon) Dapple(float x, float metres)
    {
        if (_look.Canopy < 0.02f)
        {
            return (1f, 1f);
        }

        var edge = 0.36f + (0.22f * _look.Canopy);
        var first = Noise.Octaves((x * 0.9f) + 31f, metres * 0.55f, 4, _noise + 61);
        var second = Noise.Octaves((x * 0.9f) - 17f, metres * 0.55f, 4, _noise + 67);
        return (Math.Clamp((first - edge) * 9f, 0.06f, 1f), Math.Clamp((second - edge) * 9f, 0.06f, 1f));
    }

    void FarTrees()
    {
        if (_look.Wall <= 0)
        {
            return;
        }

        for (var layer = 0; layer < 4; layer++)
        {
            var metres = 95f - (layer * 19f);
            var count = (int)(_look.Wall * (150 - (layer * 22)));
            for (var n = 0; n < count; n++)
            {
                var column = _random.Between(-0.03f, 1.03f) * _view.Width;
                var clump = Noise.At(column * 4f / _view.Width, layer * 3f, _noise + 90);
                if (clump < 0.75f - _look.Wall)
                {
                    continue;
                }

                _plants.FarTree(column, metres * _random.Between(0.93f, 1.07f), _random.Between(7f, 17f), ref _random);
            }
        }
    }

    void Stand()
    {
        var things = new List<(float Metres, float Column, int Kind)>(_look.Blades + _look.Leaves + 256);
        for (var n = 0; n < _look.Trunks; n++)
        {
            var metres = n < 3 ? _random.Between(3.2f, 9f) : 8f + (46f * MathF.Pow(_random.Next(), 1.3f));
            things.Add((metres, AwayFromStage(metres), 1));
        }

        for (var n = 0; n < _look.Bushes; n++)
        {
            var metres = 4.5f + (40f * MathF.Pow(_random.Next(), 1.6f));
            things.Add((metres, metres < 15f && !_random.Chance(0.15) ? AwayFromStage(metres) : AnyColumn(), 2));
        }

        for (var n = 0; n < _look.Rocks; n++)
        {
            things.Add((2.6f + (24f * MathF.Pow(_random.Next(), 1.8f)), AnyColumn(), 3));
        }

        // Fewer pixels show fewer blades.
        var share = Math.Min(1f, _view.Width / 1600f);
        AddCover(things, (int)(_look.Leaves * share), 5);
        AddCover(things, (int)(_look.Blades * share), 4);
        things.Sort(static (a, b) => b.Metres.CompareTo(a.Metres));
        foreach (var (metres, column, kind) in things)
        {
            switch (kind)
            {
                case 1: _plants.Trunk(column, metres, ref _random); break;
                case 2: _plants.Bush(column, metres, ref _random); break;
                case 3: _plants.Rock(column, metres, ref _random); break;
                case 4: _plants.Grass(column, metres, ref _random); break;
                default: _plants.Litter(column, metres, ref _random); break;
            }
        }
    }

    /// <summary>Things that cover the ground evenly as the picture shows it, in patches.</summary>
    void AddCover(List<(float Metres, float Column, int Kind)> things, int count, int kind)
    {
        for (var n = 0; n < count; n++)
        {
            var column = AnyColumn();
            var row = _view.HorizonAt(column) + 3 + (_random.Next() * (_view.Height * 1.12f - _view.HorizonAt(column)));
            var metres = _view.GroundMetres(column, row);
            var x = (column - (_view.Width / 2f)) * metres / _view.Focal;
            var patch = Noise.Octaves(x * 0.55f, metres * 0.4f, 2, _noise + (uint)kind);
            if (kind == 5 || patch > 0.46f || _random.Chance(_look.Canopy < 0.1f ? 0.4 : 0.12))
            {
                things.Add((metres, column, kind));
            }
        }
    }

    float AnyColumn() => _random.Between(-0.05f, 1.05f) * _view.Width;

    float AwayFromStage(float metres)
    {
        if (metres is < StageNear or > StageFar)
        {
            return AnyColumn();
        }

        var side = _random.Between(-0.06f, metres < 6f ? 0.12f : 0.2f);
        return _view.Width * (_random.Chance(0.5) ? side : 1f - side);
    }

    /// <summary>A twig of the tree that carries the camera hangs into the picture.</summary>
    void Overhang()
    {
        if (_look.Wall > 0.1f && _random.Chance(0.75))
        {
            _plants.HangingBranch(_random.Chance(0.5), ref _random);
        }
    }
}
